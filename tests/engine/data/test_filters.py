"""Every filter by known answers and by what must hold whatever the data."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.config import PreparationSettings
from engine.data.filters import Counts, Outcome, drawn_users, k_core, keep, refusals, unrepeated
from engine.data.log import Log
from engine.data.preparation import prepare
from engine.data.raw import RawData
from engine.data.statistics import statistics
from engine.errors import DataError, Stopped
from engine.settings import settings_of

DAY = 86_400
ROWS = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.sampled_from("uvwxyz"),
        st.integers(0, 5 * DAY),
        st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, float("nan")]),
    ),
    min_size=1,
    max_size=70,
)
CHOICES = st.builds(
    PreparationSettings,
    least_rating=st.none() | st.integers(1, 5),
    first_date=st.none() | st.dates(date(1970, 1, 1), date(1970, 1, 3)),
    last_date=st.none() | st.dates(date(1970, 1, 3), date(1970, 1, 6)),
    duplicates=st.sampled_from(["keep", "drop", "last", "moment"]),
    k_core=st.integers(1, 3),
    item_k_core=st.none() | st.integers(1, 3),
    max_users=st.none() | st.integers(1, 8),
    sample_seed=st.integers(0, 3),
)


@pytest.fixture(scope="session")
def log_of(build):
    def make(rows) -> Log:
        raw = build.raw([row[:2] for row in rows], timestamp=[row[2] for row in rows])
        raw.interactions["rating"] = np.array([row[3] for row in rows], dtype=np.float32)
        return Log.of(raw)

    return make


def arrays(pairs) -> tuple[np.ndarray, np.ndarray]:
    users, items = zip(*pairs, strict=True) if pairs else ((), ())
    return np.array(users, dtype=np.int64), np.array(items, dtype=np.int64)


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


@given(
    pairs=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=60),
    k=st.integers(1, 5),
    item_k=st.integers(1, 5),
)
def test_users_and_items_have_their_own_core(pairs, k, item_k):
    users, items = arrays(pairs)
    stays = k_core(users, items, k, item_k)
    assert all(count >= k for count in Counter(users[stays].tolist()).values())
    assert all(count >= item_k for count in Counter(items[stays].tolist()).values())
    assert k_core(users[stays], items[stays], k, item_k).all()
    assert k_core(users, items, min(k, item_k))[stays].all()
    assert stays[k_core(users, items, max(k, item_k))].all()


def test_what_stays_of_repeats():
    # Pairs 0-0, 0-1, 0-0, 1-0, 0-0, the last two of 0-0 in one moment.
    users, items, times = np.array([0, 0, 0, 1, 0]), np.array([0, 1, 0, 0, 0]), np.array([1, 2, 7, 7, 7])
    assert unrepeated(users, items, "drop").tolist() == [True, True, False, True, False]
    assert unrepeated(users, items, "last").tolist() == [False, True, False, True, True]
    assert unrepeated(users, items, "moment", times).tolist() == [True, True, True, True, False]


@given(pairs=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=40))
def test_the_last_ones_are_the_first_ones_from_behind(pairs):
    users, items = arrays(pairs)
    assert unrepeated(users, items, "last").tolist() == unrepeated(users[::-1], items[::-1], "drop").tolist()[::-1]


@given(users=st.lists(st.integers(0, 20), min_size=1, max_size=60), most=st.integers(1, 25), seed=st.integers(0, 5))
def test_users_are_drawn_whole_and_more_of_them_include_fewer(users, most, seed):
    users = np.array(users)
    fewer, more = drawn_users(users, most, seed), drawn_users(users, most + 1, seed)
    assert len(set(users[fewer])) == min(most, len(set(users)))
    assert not set(users[fewer]) & set(users[~fewer])
    assert more[fewer].all()
    assert (drawn_users(users, most, seed) == fewer).all()


def test_another_seed_draws_other_users():
    users = np.arange(1000)
    assert (drawn_users(users, 100, 1) != drawn_users(users, 100, 2)).any()


def test_a_rating_is_reached_as_exactly_as_it_is_written(log_of):
    log = log_of([("a", item, 0, rating) for item, rating in zip("uvwx", (4.1, 4.0, 5, float("nan")), strict=True)])
    kept = keep(log, PreparationSettings(k_core=1, least_rating=4.1))
    assert kept.rows.tolist() == [0, 2]
    assert kept.steps[0].facts() == {"filter": "rating", "interactions": 2, "users": 0, "items": 2}


def test_both_days_of_a_range_belong_to_it(log_of):
    def seconds(text: str) -> int:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())

    times = ["2014-01-31T23:59:59", "2014-02-01T00:00:00", "2014-02-28T23:59:59", "2014-03-01T00:00:00"]
    log = log_of([("a", item, seconds(time), 1) for item, time in zip("uvwx", times, strict=True)])
    assert log.days == (date(2014, 1, 31), date(2014, 3, 1))
    chosen = {"k_core": 1, "first_date": "2014-02-01", "last_date": "2014-02-28"}
    assert keep(log, PreparationSettings(**chosen)).rows.tolist() == [1, 2]
    assert keep(log, PreparationSettings(k_core=1, last_date="9999-12-31")).rows.tolist() == [0, 1, 2, 3]


def test_filters_work_in_their_order(log_of):
    # The first y is rated too low, so that the second one is a's first; b falls below the core because of its rating.
    rows = [("a", "y", 1, 1), ("a", "y", 2, 5), ("a", "z", 3, 5), ("a", "y", 4, 5), ("b", "z", 5, 2), ("b", "y", 6, 5)]
    kept = keep(log_of(rows), PreparationSettings(least_rating=3, duplicates="drop", k_core=2, item_k_core=1))
    assert kept.rows.tolist() == [1, 2]
    assert [(step.filter, step.interactions, step.users, step.items) for step in kept.steps] == [
        ("rating", 2, 0, 0),
        ("repeats", 1, 0, 0),
        ("k-core", 1, 1, 0),
    ]


def test_the_core_is_taken_again_of_the_users_drawn(log_of):
    # Items u and v are held up by four users; of two users drawn, none is left.
    rows = [(user, item, 0, 1) for user in "abcd" for item in "uvw"]
    kept = keep(log_of(rows), PreparationSettings(k_core=3, max_users=2))
    assert [(step.filter, step.interactions) for step in kept.steps] == [("k-core", 0), ("users", 6), ("k-core", 6)]
    assert "The k-core leaves nothing of what the 2 users drawn have." in kept.problem


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, chosen=CHOICES)
def test_what_is_read_is_kept_or_dropped_for_one_reason(log_of, rows, chosen):
    log = log_of(rows)
    kept, outcome = keep(log, chosen), Outcome.of(log, chosen)
    counts = Counts.of(log, kept.rows)
    assert (outcome.kept, outcome.steps, outcome.problem) == (counts, kept.steps, kept.problem)
    assert outcome.read == (len(rows), len({row[0] for row in rows}), len({row[1] for row in rows}))
    assert len(rows) == counts.interactions + sum(step.interactions for step in kept.steps)
    assert len({row[0] for row in rows}) == counts.users + sum(step.users for step in kept.steps)
    assert len({row[1] for row in rows}) == counts.items + sum(step.items for step in kept.steps)
    order = iter(["dates", "rating", "repeats", "k-core", "users", "k-core"])
    assert all(step.filter in order for step in kept.steps)  # looking for one uses up those before it
    assert len(set(kept.rows.tolist())) == len(kept.rows)
    for row in kept.rows.tolist():
        _, _, time, rating = rows[row]
        assert chosen.least_rating is None or rating >= chosen.least_rating
        day = date(1970, 1, 1) + timedelta(seconds=time)
        assert (chosen.first_date or day) <= day <= (chosen.last_date or day)
    users = Counter(rows[row][0] for row in kept.rows.tolist())
    items = Counter(rows[row][1] for row in kept.rows.tolist())
    assert chosen.max_users is None or len(users) <= chosen.max_users
    assert all(count >= chosen.k_core for count in users.values())
    assert all(count >= chosen.item_core for count in items.values())


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, chosen=CHOICES)
def test_filtering_again_drops_nothing(log_of, rows, chosen):
    once = keep(log_of(rows), chosen)
    assume(len(once.rows))
    again = keep(log_of([rows[row] for row in once.rows.tolist()]), chosen)
    assert [step.interactions for step in again.steps] == [0] * len(again.steps)


@settings(max_examples=100, deadline=None)
@given(rows=ROWS, chosen=CHOICES)
def test_what_is_counted_beforehand_is_what_is_stored(log_of, rows, chosen):
    log = log_of(rows)
    kept = keep(log, chosen)
    if kept.problem:
        with pytest.raises(DataError) as caught:
            prepare(log.raw, chosen, "d")
        assert str(caught.value) == kept.problem
        return
    found = statistics(prepare(log.raw, chosen, "d"))
    counts = Counts.of(log, kept.rows)
    assert (counts.users, counts.items, counts.interactions, counts.density) == (
        found["users"], found["items"], found["interactions"], found["density"],
    )  # fmt: skip


def test_what_the_data_lack_is_refused_in_words(build):
    bare = Log.of(build.raw([("u", "x"), ("u", "y"), ("u", "z")], position=[1, 2, 3]))
    chosen = PreparationSettings(
        k_core=1, least_rating=3, first_date="2014-01-01", duplicates="moment", order="timestamp"
    )
    found = refusals(bare, chosen)
    assert set(found) == {"least_rating", "first_date", "duplicates", "order"}
    assert "no times, only an order" in found["first_date"]
    assert "no ratings" in found["least_rating"]
    titles = {info.key: info.title for info in settings_of(PreparationSettings)}
    for name, words in found.items():
        alone = PreparationSettings(k_core=1, **{name: getattr(chosen, name)})
        with pytest.raises(DataError) as caught:
            keep(bare, alone)
        assert str(caught.value) == f"{titles[name]}: {words}"
    assert bare.days is None
    assert bare.rating_range is None
    assert refusals(bare, PreparationSettings()) == {}


def test_filters_that_leave_nothing_say_so(log_of):
    log = log_of([("a", item, 0, 2) for item in "uvwx"])
    problem = keep(log, PreparationSettings(k_core=1, least_rating=3)).problem
    assert "The filters leave 0 of 4 interactions, but no user has 3" in problem
    assert log.rating_range == (2, 2)


def test_separate_cores_that_leave_nothing_say_which_would(build):
    log = Log.of(build.raw([(user, item) for user in "abcd" for item in "xyz"]))
    problem = keep(log, PreparationSettings(k_core=2, item_k_core=9)).problem
    assert "A k-core of 2 (9 for items) leaves nothing of 12 interactions" in problem
    assert "Lower it to 4 or less: 4 leaves 4 users and 3 items." in problem


def test_counting_can_be_stopped(log_of):
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        keep(log_of([("a", "u", 0, 1)]), PreparationSettings(), check)


def test_the_order_is_sorted_once(log_of):
    log = log_of([("b", "u", 3, 1), ("a", "v", 2, 1), ("b", "w", 1, 1)])
    assert log.rows_in_order("timestamp").tolist() == [2, 0, 1]
    assert log.rows_in_order("timestamp") is log.rows_in_order("timestamp")
    assert log.rows_in_order("row").tolist() == [0, 2, 1]


def test_items_without_interactions_count_nowhere(build):
    raw = build.raw([("u", "x"), ("u", "y"), ("u", "z")])
    more = raw.items.iloc[[0, 0, 1, 2]].assign(id=["new", "x", "y", "z"]).reset_index(drop=True)
    log = Log.of(RawData(raw.interactions, more))
    assert Counts.of(log, keep(log, PreparationSettings(k_core=1)).rows) == Counts(1, 3, 3, 1.0)
