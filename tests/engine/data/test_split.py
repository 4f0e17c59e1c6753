from hypothesis import given
from hypothesis import strategies as st

from engine.data.split import LeaveOneOut


def test_leave_one_out_of_a_hand_made_case(build):
    split = LeaveOneOut(build.sequences([1, 2, 3, 4], [5, 6], [7, 8, 9], [1]))
    assert [row.tolist() for row in map(split.training.__getitem__, range(4))] == [[1, 2], [5, 6], [7], [1]]
    validation, test = split.targets("validation"), split.targets("test")
    assert validation.users.tolist() == test.users.tolist() == [0, 2]
    assert validation.items.tolist() == [3, 8]
    assert test.items.tolist() == [4, 9]
    assert [row.tolist() for row in map(test.histories.__getitem__, range(2))] == [[1, 2, 3], [7, 8]]
    assert [row.tolist() for row in map(validation.histories.__getitem__, range(2))] == [[1, 2], [7]]


def test_prefixes_cut_and_keep_empty_rows(build):
    cut = build.sequences([1, 2, 3], [4], [5, 6]).prefixes(build.lengths(2, 0, 5))
    assert cut.items.tolist() == [1, 2, 5, 6]


@given(rows=st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=8), min_size=1, max_size=8))
def test_leave_one_out_partitions_every_sequence(build, rows):
    sequences = build.sequences(*rows)
    split = LeaveOneOut(sequences)
    validation, test = split.targets("validation"), split.targets("test")
    asked = {int(user): place for place, user in enumerate(test.users)}
    for user, row in enumerate(rows):
        parts = split.training[user].tolist()
        assert (user in asked) == (len(row) >= 3)
        if user in asked:
            place = asked[user]
            assert validation.histories[place].tolist() == parts
            parts = [*parts, int(validation.items[place])]
            assert test.histories[place].tolist() == parts
            parts = [*parts, int(test.items[place])]
        assert parts == row
