"""The data doctor: every check on data whose fault is known, and none on sound data."""

from dataclasses import replace

import numpy as np
import pytest

from engine.config import PreparationSettings
from engine.data.dataset import Catalogue, Dataset, Sequences
from engine.data.doctor import CHECKS, examine
from engine.data.doctor.finding import SEVERITIES, percent
from engine.data.preparation import prepare
from engine.data.sample import make_sample

USERS, ITEMS, LENGTH = 60, 30, 10


def sound(seed: int = 0, users: int = USERS, length: int = LENGTH) -> Dataset:
    """Everybody had `length` different items in random order at different times; every item has a text of its own."""
    draw = np.random.default_rng(seed)
    items = np.concatenate([1 + draw.permutation(ITEMS)[:length] for _ in range(users)]).astype(np.int32)
    names = np.array(["", *(f"item {row:03d}" for row in range(ITEMS))], dtype=object)
    return Dataset(
        "sound",
        np.array([f"user {row}" for row in range(users)], dtype=object),
        Sequences(np.arange(users + 1) * length, items),
        Catalogue(names, names, np.where(names == "", "", names + " in words")),
        timestamps=np.arange(len(items)) + 1_600_000_000,
    )


def with_sequences(dataset: Dataset, taken: np.ndarray, **changes) -> Dataset:
    return replace(dataset, sequences=Sequences(dataset.sequences.offsets, taken.astype(np.int32).ravel()), **changes)


def rows(dataset: Dataset) -> np.ndarray:
    """(users, LENGTH) the sequences, all of one length."""
    return dataset.sequences.items.reshape(-1, LENGTH).copy()


def found(dataset: Dataset) -> dict:
    return {finding.check: finding for finding in examine(dataset)}


@pytest.mark.parametrize("seed", range(5))
def test_a_sound_dataset_gets_no_finding(seed):
    dataset = sound(seed)
    assert examine(dataset) == []
    assert examine(replace(dataset, timestamps=None)) == []


def test_the_sample_is_sound():
    assert examine(make_sample()) == []


def test_sequences_in_the_order_of_ids_are_serious():
    dataset = sound()
    finding = found(with_sequences(dataset, np.sort(rows(dataset)), timestamps=None))["sorted_by_item_id"]
    assert finding.severity == "serious"
    assert finding.figures["rising_steps"] == 1.0
    assert finding.figures["rising_sequences"] == 1.0
    assert finding.figures["rising_sequences_by_chance"] == pytest.approx(1 / 40320)  # eight in training
    assert finding.examples[0] == "user 0"


def test_sequences_sorted_in_small_groups_are_warned_of_in_proportion():
    dataset = sound()
    pairs = np.sort(rows(dataset).reshape(USERS, LENGTH // 2, 2), axis=2)
    finding = found(with_sequences(dataset, pairs, timestamps=None))["sorted_by_item_id"]
    assert finding.severity == "warning"
    assert 0.6 < finding.figures["rising_steps"] < 0.7  # five of nine steps, and a sixth of the other four


def test_the_order_of_ids_means_numbers_where_all_are():
    dataset = sound()
    numbers = np.array(["", *map(str, range(1, ITEMS + 1))], dtype=object)  # as texts, 10 comes before 2
    sorted_rows = with_sequences(dataset, np.sort(rows(dataset)), timestamps=None)
    finding = found(replace(sorted_rows, items=replace(dataset.items, ids=numbers)))["sorted_by_item_id"]
    assert finding.figures["rising_steps"] == 1.0


def test_ids_that_rise_with_known_times_are_no_fault():
    dataset = sound()
    assert not {"sorted_by_item_id", "back_in_time", "equal_times"} & set(
        found(with_sequences(dataset, np.sort(rows(dataset))))
    )


def test_a_few_sequences_that_rise_by_chance_are_no_fault():
    dataset = sound(users=2, length=3)
    rising = replace(
        dataset, sequences=Sequences(dataset.sequences.offsets, np.array([1, 2, 3, 4, 5, 6], dtype=np.int32))
    )
    assert "sorted_by_item_id" not in found(replace(rising, timestamps=None))


def test_steps_to_an_earlier_time_are_counted():
    dataset = sound()
    times = dataset.timestamps.copy()
    times[[3, 4]] = times[[4, 3]]
    finding = found(replace(dataset, timestamps=times))["back_in_time"]
    assert finding.severity == "note"
    assert finding.figures["steps_back"] == 1
    assert finding.examples == ("user 0",)
    assert found(replace(dataset, timestamps=times[::-1].copy()))["back_in_time"].severity == "serious"


def test_equal_times_in_the_order_of_the_file_are_told():
    dataset = sound()
    times = np.arange(USERS * LENGTH) // 5 * 5  # two days for each user
    finding = found(replace(dataset, timestamps=times))["equal_times"]
    assert finding.severity == "warning"
    assert finding.figures["tied"] == USERS * 8
    assert finding.figures["share"] == pytest.approx(8 / 9)
    assert finding.figures["users_with_open_target"] == USERS
    assert 0.3 < finding.figures["rising_by_id"] < 0.7
    assert "as in the file" in finding.text


def test_equal_times_in_the_order_of_ids_are_serious():
    dataset = sound()
    days = np.sort(rows(dataset).reshape(USERS, 2, 5), axis=2)
    finding = found(with_sequences(dataset, days, timestamps=np.arange(USERS * LENGTH) // 5 * 5))["equal_times"]
    assert finding.severity == "serious"
    assert finding.figures["rising_by_id"] == 1.0
    assert "in the order of item ids" in finding.text


def test_few_equal_times_are_no_fault():
    dataset = sound()
    times = dataset.timestamps.copy()
    times[1] = times[0]
    assert examine(replace(dataset, timestamps=times)) == []


def test_test_items_of_the_history_are_counted():
    dataset = sound()
    items = rows(dataset)
    items[:6, -1] = items[:6, 0]
    finding = found(with_sequences(dataset, items))["repeated_targets"]
    assert finding.severity == "warning"
    assert finding.figures == {"users": 6, "share": 0.1}
    assert finding.examples[0] == f"user 0: {dataset.items.ids[items[0, 0]]}"


def test_a_repeat_within_the_history_is_no_repeated_target():
    dataset = sound()
    items = rows(dataset)
    items[:, 1] = items[:, 0]
    assert "repeated_targets" not in found(with_sequences(dataset, items))


def test_test_items_that_nobody_had_in_training_are_counted():
    dataset = sound()
    names = np.append(dataset.items.ids, ["item new", "item newer"])
    items = rows(dataset)
    items[:3, -1], items[3, -1] = ITEMS + 1, ITEMS + 2
    items[4, -2] = ITEMS + 1  # a validation item is none of training either
    catalogue = Catalogue(names, names, names)
    finding = found(with_sequences(dataset, items, items=catalogue))["unseen_targets"]
    assert finding.severity == "warning"
    assert finding.figures == {"users": 4, "items": 2, "share": 4 / USERS}
    assert finding.examples == ("item new", "item newer")


def texts_of(dataset: Dataset, texts: np.ndarray) -> Dataset:
    return replace(dataset, items=replace(dataset.items, texts=texts))


@pytest.mark.parametrize(("without", "severity"), [(1, "warning"), (15, "serious"), (ITEMS, "serious")])
def test_items_without_text_are_counted(without, severity):
    dataset = sound()
    texts = dataset.items.texts.copy()
    texts[1 : without + 1] = ""
    finding = found(texts_of(dataset, texts))["items_without_text"]
    assert finding.severity == severity
    assert finding.figures["items"] == without
    assert finding.examples[0] == "item 000"
    assert (finding.title == "No item has a text") == (without == ITEMS)
    assert "shared_texts" not in found(texts_of(dataset, texts))


def test_one_text_for_many_items_is_counted():
    dataset = sound()
    texts = dataset.items.texts.copy()
    texts[1:4], texts[4:6] = "A cup", "A mug"
    finding = found(texts_of(dataset, texts))["shared_texts"]
    assert finding.severity == "warning"
    assert finding.figures == {"items": 5, "share": 5 / ITEMS, "largest_group": 3}
    assert finding.examples == ("A cup (3 items)", "A mug (2 items)")
    texts[1:20] = "A cup"
    assert found(texts_of(dataset, texts))["shared_texts"].severity == "serious"


def test_users_and_items_below_the_k_core_are_counted():
    dataset = sound()
    short = replace(
        dataset,
        sequences=Sequences(np.append(dataset.sequences.offsets, len(dataset.sequences.items) + 2), np.append(dataset.sequences.items, [1, 2])),
        user_ids=np.append(dataset.user_ids, ["newcomer"]),
        timestamps=None,
    )  # fmt: skip
    finding = found(short)["k_core_not_reached"]
    assert finding.severity == "note"
    assert finding.figures == {"k": 5, "users": 1, "items": 0}
    assert finding.examples == ("user newcomer: 2",)
    assert finding.text.startswith("1 user has fewer than 5 interactions")
    asked_for = replace(short, facts={"preparation": {"k_core": 3}})
    assert found(asked_for)["k_core_not_reached"].severity == "warning"
    assert found(asked_for)["k_core_not_reached"].figures["k"] == 3
    assert "k_core_not_reached" not in found(replace(short, facts={"preparation": {"k_core": 2}}))


def test_preparation_leaves_the_k_core_that_it_was_asked_for(build):
    pairs = [(f"u{user}", f"i{(user + step) % 9}") for user in range(9) for step in range(4)] + [("alone", "i0")]
    dataset = prepare(build.raw(pairs), PreparationSettings(k_core=4), "core")
    assert "k_core_not_reached" not in found(dataset)


def test_one_user_with_a_tenth_of_the_data_is_named():
    dataset = sound()
    items = np.append(dataset.sequences.items, np.tile(np.arange(1, ITEMS + 1), 3)).astype(np.int32)
    offsets = np.append(dataset.sequences.offsets, len(items))
    crawler = replace(
        dataset, sequences=Sequences(offsets, items), user_ids=np.append(dataset.user_ids, ["crawler"]), timestamps=None
    )
    finding = found(crawler)["dominant_user"]
    assert finding.severity == "warning"
    assert finding.figures == {"interactions": 90, "share": 90 / 690}
    assert finding.examples == ("crawler",)


def test_a_handful_of_equal_users_is_no_fault():
    assert "dominant_user" not in found(sound(users=3))


def test_the_most_serious_comes_first():
    dataset = sound()
    texts = dataset.items.texts.copy()
    texts[1] = ""
    sorted_rows = with_sequences(dataset, np.sort(rows(dataset)), timestamps=None)
    severities = [finding.severity for finding in examine(texts_of(sorted_rows, texts))]
    assert severities == sorted(severities, key=SEVERITIES.index)
    assert {"serious", "warning"} <= set(severities)


def test_every_finding_says_what_to_do():
    dataset = sound()
    faulty = with_sequences(dataset, np.tile(np.arange(1, LENGTH + 1), (USERS, 1)), timestamps=None)
    for finding in examine(texts_of(faulty, np.full(ITEMS + 1, "", dtype=object))):
        assert finding.title
        assert finding.text.endswith(".")
        assert finding.advice.endswith(".")


def test_checks_stand_datasets_that_cannot_be_tested():
    dataset = sound(users=1, length=1)
    for check in CHECKS:
        check(dataset)
        check(replace(dataset, timestamps=None))


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0, "0.0 %"),
        (0.0004, "less than 0.1 %"),
        (0.062, "6.2 %"),
        (0.26, "26 %"),
        (0.998, "more than 99 %"),
        (1, "100 %"),
    ],
)
def test_shares_are_told_honestly(share, told):
    assert percent(share) == told
