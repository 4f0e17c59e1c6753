from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import PreparationSettings
from engine.data.preparation import prepare
from engine.data.raw import RawData
from engine.data.report import sentences
from engine.errors import DataError

KEEP_ALL = PreparationSettings(k_core=1)


def histories(dataset) -> dict[str, list[str]]:
    return {
        user: [dataset.items.ids[item] for item in dataset.sequences[row]] for row, user in enumerate(dataset.user_ids)
    }


def of(*words: str) -> list[tuple[str, str]]:
    """“ab” is user a with item b."""
    return [(word[0], word[1]) for word in words]


def dropped(dataset) -> dict[str, tuple[int, int, int]]:
    """filter -> interactions, users and items that it dropped."""
    steps = dataset.facts["report"]["steps"]
    return {step["filter"]: (step["interactions"], step["users"], step["items"]) for step in steps}


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
    first = prepare(raw, PreparationSettings(k_core=1, duplicates="drop"), "d")
    last = prepare(raw, PreparationSettings(k_core=1, duplicates="last"), "d")
    assert histories(kept) == {"u": ["x", "y", "x", "z", "y"], "v": ["x"]}
    assert histories(first) == {"u": ["x", "y", "z"], "v": ["x"]}
    assert histories(last) == {"u": ["x", "z", "y"], "v": ["x"]}
    assert first.timestamps.tolist() == [1, 2, 4, 5]
    assert last.timestamps.tolist() == [3, 4, 9, 5]
    assert dropped(kept) == {}
    assert dropped(first) == dropped(last) == {"repeats": (2, 0, 0)}


def test_users_are_numbered_by_appearance_and_items_by_the_items_file(build):
    raw = build.raw(of("ca", "bx", "by", "bz", "ax", "ay", "az"))
    raw = RawData(raw.interactions, raw.items.iloc[::-1].reset_index(drop=True))  # z y x a
    dataset = prepare(raw, PreparationSettings(k_core=2), "d")
    assert dataset.user_ids.tolist() == ["b", "a"]
    assert dataset.items.ids.tolist() == ["", "z", "y", "x"]
    assert dataset.items.texts.tolist() == ["", "about z", "about y", "about x"]
    assert dataset.sequences.items.tolist() == [3, 2, 1, 3, 2, 1]
    assert dataset.facts["report"]["interactions_read"] == 7
    assert dropped(dataset) == {"k-core": (1, 1, 1)}


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
    assert one["preparation"] == KEEP_ALL.model_dump(mode="json")
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
    duplicates=st.sampled_from(["keep", "drop", "last"]),
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
    assert sum(prepared.values()) == len(rows) - sum(interactions for interactions, _, _ in dropped(dataset).values())
    if k == 1 and duplicates == "keep":
        assert prepared == source
    if duplicates != "keep":
        assert max(Counter((user, item) for user, item, _ in prepared.elements()).values()) == 1


def test_a_setting_that_came_later_changes_no_earlier_fingerprint(build):
    raw = build.raw(of("ux", "uy", "uz"), timestamp=[1, 2, 3])
    plain = prepare(raw, KEEP_ALL, "d").facts["fingerprint"]
    assert plain == "b003b2370a1512abf39b1c60571db72b27a2b3989e2423551ea31c8c6b5ca278"
    dated = prepare(raw, PreparationSettings(k_core=1, first_date="1970-01-01"), "d").facts["fingerprint"]
    assert dated != plain


def test_the_filters_stay_with_the_dataset(build):
    raw = build.raw(of("ux", "uy", "uz", "vx"), timestamp=[0, 90_000, 200_000, 5], rating=[5, 3, 4, 1])
    chosen = PreparationSettings(k_core=1, least_rating=2, first_date="1970-01-01", max_users=1)
    facts = prepare(raw, chosen, "d").facts
    assert facts["preparation"] == {
        "first_date": "1970-01-01",
        "last_date": None,
        "least_rating": 2.0,
        "duplicates": "keep",
        "k_core": 1,
        "item_k_core": None,
        "max_users": 1,
        "sample_seed": 0,
        "order": "auto",
    }
    assert facts["report"]["steps"] == [
        {"filter": "dates", "interactions": 0, "users": 0, "items": 0},
        {"filter": "rating", "interactions": 1, "users": 1, "items": 0},
        {"filter": "users", "interactions": 0, "users": 0, "items": 0},
    ]
    assert sentences(facts["report"])[:2] == [
        "4 interactions were read.",
        "1 interaction with too low a rating or none was dropped, and with it 1 user.",
    ]


def test_a_report_of_an_earlier_import_is_told_as_before():
    assert sentences({"interactions_read": 9, "repeats_dropped": 2, "users_below_k_core": 1}) == [
        "9 interactions were read.",
        "2 repeated interactions were dropped.",
        "1 user with too few interactions was removed (k-core).",
    ]
