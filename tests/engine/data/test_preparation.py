from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import PreparationSettings
from engine.data.preparation import k_core, prepare
from engine.data.raw import RawData
from engine.errors import DataError

KEEP_ALL = PreparationSettings(k_core=1)


def histories(dataset) -> dict[str, list[str]]:
    return {
        user: [dataset.items.ids[item] for item in dataset.sequences[row]] for row, user in enumerate(dataset.user_ids)
    }


def of(*words: str) -> list[tuple[str, str]]:
    """“ab” is user a with item b."""
    return [(word[0], word[1]) for word in words]


def test_k_core_of_a_hand_made_case():
    # The edge 0-0 hangs on by item 0 alone; once it goes, user 1 falls, then item 3, and a 2 x 2 block is left.
    users = np.array([0, 1, 1, 2, 2, 3, 3, 2])
    items = np.array([0, 0, 3, 1, 2, 1, 2, 3])
    assert k_core(users, items, 2).tolist() == [False, False, False, True, True, True, True, False]
    assert k_core(users, items, 1).all()
    assert not k_core(users, items, 3).any()


def test_k_core_counts_repeats():
    users, items = np.array([0, 0, 1]), np.array([4, 4, 4])
    assert k_core(users, items, 2).tolist() == [True, True, False]


@given(pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60), k=st.integers(1, 5))
def test_k_core_is_the_largest_fixed_point(pairs, k):
    users, items = (np.array(column, dtype=np.int64) for column in (zip(*pairs, strict=True) if pairs else ([], [])))
    stays = k_core(users, items, k)
    again = k_core(users[stays], items[stays], k)
    assert again.all()
    # Largest: taking away one faulty interaction after another, in any order, ends at the same place.
    left = list(pairs)
    while True:
        by_user, by_item = Counter(user for user, _ in left), Counter(item for _, item in left)
        faulty = next((pair for pair in reversed(left) if by_user[pair[0]] < k or by_item[pair[1]] < k), None)
        if faulty is None:
            break
        left.remove(faulty)
    assert Counter(left) == Counter(pair for pair, stay in zip(pairs, stays, strict=True) if stay)


def test_timestamps_put_interactions_in_order_and_ties_keep_the_file(build):
    raw = build.raw(of("ux", "uy", "uz", "uw", "ux"), timestamp=[30, 10, 20, 10, 10])
    dataset = prepare(raw, KEEP_ALL, "d")
    assert histories(dataset) == {"u": ["y", "w", "x", "z", "x"]}
    assert dataset.timestamps.tolist() == [10, 10, 10, 20, 30]
    assert dataset.facts["report"]["equal_timestamps"] == 2


def test_fractions_of_a_second_count_for_the_order(build):
    dataset = prepare(build.raw(of("ux", "uy", "uz"), timestamp=[5.9, 5.1, 5.5]), KEEP_ALL, "d")
    assert histories(dataset) == {"u": ["y", "z", "x"]}
    assert dataset.timestamps.tolist() == [5, 5, 5]
    assert dataset.facts["report"]["equal_timestamps"] == 0


@pytest.mark.parametrize(
    ("order", "columns", "expected"),
    [
        ("auto", {"timestamp": [2, 1, 3], "position": [3, 2, 1]}, "yxz"),
        ("position", {"timestamp": [2, 1, 3], "position": [3, 2, 1]}, "zyx"),
        ("auto", {"position": [3, 2, 1]}, "zyx"),
        ("auto", {}, "xyz"),
        ("position", {"timestamp": [2, 1, 3]}, "xyz"),
    ],
)
def test_what_orders(build, order, columns, expected):
    raw = build.raw(of("ux", "uy", "uz"), **columns)
    dataset = prepare(raw, PreparationSettings(k_core=1, order=order), "d")
    assert histories(dataset) == {"u": list(expected)}
    assert (dataset.timestamps is not None) == ("timestamp" in columns)


def test_timestamps_follow_their_interactions_whatever_orders(build):
    raw = build.raw(of("ux", "uy", "uz"), timestamp=[2, 1, 3], position=[3, 2, 1])
    assert prepare(raw, PreparationSettings(k_core=1, order="position"), "d").timestamps.tolist() == [3, 1, 2]


def test_ordering_by_a_timestamp_that_is_not_there_is_refused(build):
    with pytest.raises(DataError, match="no timestamp column"):
        prepare(build.raw(of("ux", "uy", "uz")), PreparationSettings(k_core=1, order="timestamp"), "d")


def test_repeats_are_kept_or_dropped_by_choice(build):
    raw = build.raw(of("ux", "uy", "ux", "uz", "vx", "uy"), timestamp=[3, 2, 1, 4, 5, 9])
    kept = prepare(raw, KEEP_ALL, "d")
    dropped = prepare(raw, PreparationSettings(k_core=1, duplicates="drop"), "d")
    assert histories(kept) == {"u": ["x", "y", "x", "z", "y"], "v": ["x"]}
    assert histories(dropped) == {"u": ["x", "y", "z"], "v": ["x"]}
    assert dropped.timestamps.tolist() == [1, 2, 4, 5]
    assert kept.facts["report"]["repeats_dropped"] == 0
    assert dropped.facts["report"]["repeats_dropped"] == 2


def test_users_are_numbered_by_appearance_and_items_by_the_items_file(build):
    raw = build.raw(of("ca", "bx", "by", "bz", "ax", "ay", "az"))
    raw = RawData(raw.interactions, raw.items.iloc[::-1].reset_index(drop=True))  # z y x a
    dataset = prepare(raw, PreparationSettings(k_core=2), "d")
    assert dataset.user_ids.tolist() == ["b", "a"]
    assert dataset.items.ids.tolist() == ["", "z", "y", "x"]
    assert dataset.items.texts.tolist() == ["", "about z", "about y", "about x"]
    assert dataset.sequences.items.tolist() == [3, 2, 1, 3, 2, 1]
    report = dataset.facts["report"]
    assert report["interactions_read"] == 7
    assert (report["users_below_k_core"], report["items_below_k_core"], report["interactions_below_k_core"]) == (
        1,
        1,
        1,
    )


def test_items_that_nobody_had_are_left_out_and_counted(build):
    raw = build.raw(of("ux", "uy", "uz"))
    more = raw.items.iloc[[0, 0, 1, 2]].assign(id=["new", "x", "y", "z"]).reset_index(drop=True)
    dataset = prepare(RawData(raw.interactions, more), KEEP_ALL, "d")
    assert dataset.items.ids.tolist() == ["", "x", "y", "z"]
    assert dataset.facts["report"]["items_never_used"] == 1


def test_a_k_core_that_leaves_nothing_says_which_one_would(build):
    raw = build.raw([(user, item) for user in "abcd" for item in "xyz"])
    with pytest.raises(
        DataError, match=r"A k-core of 5 leaves nothing of 12 interactions by 4 users with 3 items\. Lower it to 3"
    ):
        prepare(raw, PreparationSettings(), "d")
    assert len(prepare(raw, PreparationSettings(k_core=3), "d").user_ids) == 4


@pytest.mark.parametrize("k", [1, 2, 5])
def test_users_with_one_interaction_only_are_refused(build, k):
    with pytest.raises(DataError, match="no user has 3 interactions"):
        prepare(build.raw(of("ax", "bx", "cx", "dy")), PreparationSettings(k_core=k), "d")


def test_facts_tell_where_it_came_from(build):
    raw = build.raw(of("ux", "uy", "uz"))
    one = prepare(raw, KEEP_ALL, "d").facts
    assert one["synthetic"] is False
    assert one["preparation"] == {"k_core": 1, "duplicates": "keep", "order": "auto"}
    assert one["fingerprint"] == prepare(raw, KEEP_ALL, "other name").facts["fingerprint"]
    other_settings = prepare(raw, PreparationSettings(k_core=1, duplicates="drop"), "d").facts
    other_data = prepare(build.raw(of("ux", "uy", "uw")), KEEP_ALL, "d").facts
    assert len({one["fingerprint"], other_settings["fingerprint"], other_data["fingerprint"]}) == 3


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz"), st.integers(0, 5)), min_size=1, max_size=60
    ),
    k=st.integers(1, 3),
    duplicates=st.sampled_from(["keep", "drop"]),
)
def test_preparation_invents_nothing(build, rows, k, duplicates):
    raw = build.raw([row[:2] for row in rows], timestamp=[row[2] for row in rows])
    try:
        dataset = prepare(raw, PreparationSettings(k_core=k, duplicates=duplicates), "d")
    except DataError:
        return
    times = dataset.timestamps
    offsets = dataset.sequences.offsets
    prepared = Counter()
    for row, user in enumerate(dataset.user_ids):
        moments = times[offsets[row] : offsets[row + 1]]
        assert (np.diff(moments) >= 0).all()
        prepared.update(zip([user] * len(moments), histories(dataset)[user], moments.tolist(), strict=True))
    source = Counter(rows)
    assert prepared <= source
    report = dataset.facts["report"]
    assert sum(prepared.values()) == len(rows) - report["repeats_dropped"] - report["interactions_below_k_core"]
    if k == 1 and duplicates == "keep":
        assert prepared == source
    if duplicates == "drop":
        assert max(Counter((user, item) for user, item, _ in prepared.elements()).values()) == 1
