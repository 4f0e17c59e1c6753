"""The table of runs: what it lists, sorts, groups and folds, and that a query finds what it says."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.home import Home
from engine.query import All, Compare, Condition, MetricName, Not, Words, parse
from engine.query import Any as AnyOf
from engine.settings import parse as parse_settings
from engine.store import Listing, Store, StoreError, TableRow
from engine.store.removal import remove_put_away
from engine.store.rows import Point

PARTS = ("overall", "head", "tail")


def add(store: Store, name: str = "", ndcg: float | None = None, fingerprint: str = "f", **values: Any) -> int:
    """A run; with `ndcg` a finished one, whose metrics all follow from that."""
    run = store.runs.create(parse_settings({"name": name, **values}), fingerprint)
    if ndcg is not None:
        test = {
            protocol: {
                part: {f"{kind}@{k}": ndcg * factor * k / 10 for kind in ("NDCG", "HR", "MRR") for k in (5, 10, 20)}
                for part, factor in zip(PARTS, (1.0, 1.5, 0.5), strict=True)
            }
            for protocol, factor in (("full", 1.0), ("sampled", 2.0))
        }
        store.runs.record(run, changes={"status": "finished", "test": test, "seconds": 1000 * ndcg})
    return run


def numbers(store: Store, listing: Listing) -> list[list[int]]:
    return [[row.run.id for row in entry] for entry in store.table.entries(listing)]


def test_entries_come_in_pages_sorted_by_what_is_shown(store: Store) -> None:
    runs = [add(store, str(place), ndcg) for place, ndcg in enumerate((0.3, 0.1, None, 0.2))]
    assert numbers(store, Listing()) == [[run] for run in runs[::-1]]
    by_tail = Listing(sort="ndcg_tail", descending=False)
    assert numbers(store, by_tail) == [[runs[1]], [runs[3]], [runs[0]], [runs[2]]]
    ((row,),) = store.table.entries(by_tail, offset=2, limit=1)
    assert (row.run.name, row.metrics["ndcg_tail"]) == ("0", pytest.approx(0.15))
    assert store.table.count(by_tail).runs == 4
    ((row,),) = store.table.entries(Listing(sort="hr_head", k=20), limit=1)
    assert row.metrics["hr_head"] == pytest.approx(0.9)
    with pytest.raises(StoreError, match="cannot be sorted by “config”"):
        store.table.entries(Listing(sort="config"))
    with pytest.raises(StoreError, match="cannot be grouped by “test”"):
        store.table.groups(Listing(group="test"))


def test_validation_is_that_of_the_best_and_of_the_last_epoch(store: Store) -> None:
    run = store.runs.create(parse_settings({}), "f")
    values = {1: 0.1, 2: 0.4, 3: 0.2}
    points = [
        Point(f"validation/full/{part}/{metric}", epoch, epoch, value)
        for epoch, value in values.items()
        for part in (*PARTS, "band_0")
        for metric in ("NDCG@10", "MRR")
    ]
    store.runs.record(run, points[:8])
    store.runs.record(run, points[8:], changes={"status": "interrupted", "best_epoch": 2})
    ((row,),) = store.table.entries(Listing())
    assert row.metrics == {
        f"{source}_ndcg_{part}": value for source, value in (("best", 0.4), ("last", 0.2)) for part in PARTS
    }
    assert numbers(store, Listing(parse("validation NDCG > 0.3 and last NDCG < 0.3"))) == [[run]]
    assert numbers(store, Listing(parse("validation NDCG > 0.3"), k=20)) == []


def test_seeds_fold_into_one_entry_that_names_all_its_runs(store: Store) -> None:
    first = [add(store, f"h2rec {seed}", 0.1 + 0.1 * seed, seed=seed) for seed in (0, 1, 2)]
    other = add(store, "wide", 0.15, seed=0, model={"dim": 128})
    elsewhere = add(store, "h2rec", 0.3, "g", seed=1)
    listing = Listing(folded=True)
    assert numbers(store, listing) == [[elsewhere], [other], first]
    assert numbers(store, Listing(folded=True, sort="ndcg_overall", descending=False)) == [[other], first, [elsewhere]]
    counts = store.table.count(listing)
    assert (counts.entries, counts.runs) == (3, 5)
    assert store.table.extremes(listing, ["ndcg_overall"])[None]["ndcg_overall"] == pytest.approx((0.15, 0.3))
    only = Listing(parse("seed > 0 and name ~ h2rec"), folded=True)
    assert numbers(store, only) == [[elsewhere], first[1:]]


def test_groups_count_and_open(store: Store) -> None:
    beauty = [add(store, "a", ndcg, data={"dataset": "beauty"}) for ndcg in (0.1, 0.3)]
    yelp = add(store, "b", 0.2, data={"dataset": "Yelp"})
    listing = Listing(group="dataset", sort="ndcg_overall")
    groups = store.table.groups(listing)
    assert [(group.value, group.runs) for group in groups] == [("beauty", 2), ("Yelp", 1)]
    entries = store.table.entries(listing, of=groups[0])
    assert [row.run.id for (row,) in entries] == beauty[::-1]
    extremes = store.table.extremes(listing, ["ndcg_overall", "best_hr_tail"])
    assert extremes["beauty"] == {"ndcg_overall": (0.1, 0.3)}
    assert extremes["Yelp"]["ndcg_overall"] == (0.2, 0.2)
    for field in ("created_at", "tags", "group", "alpha"):
        by_field = Listing(group=field)
        opened = [entry for group in store.table.groups(by_field) for entry in store.table.entries(by_field, of=group)]
        assert sorted(row.run.id for (row,) in opened) == [*beauty, yelp]


def test_tags_are_put_on_many_runs_and_taken_off(store: Store) -> None:
    runs = [add(store, str(number)) for number in range(3)]
    store.runs.tag(runs, add=["paper", "  best   ever "])
    store.runs.tag(runs[:1], add=["Paper"], remove=["best ever"])
    assert [store.runs.get(run).tags for run in runs] == [["Paper"], ["best ever", "paper"], ["best ever", "paper"]]
    assert numbers(store, Listing(parse('tag = "BEST ever"'))) == [[runs[2]], [runs[1]]]
    assert len(numbers(store, Listing(parse("tag ~ pap")))) == 3
    assert store.table.known_values()["tag"] == {"best ever": 2, "paper": 2, "Paper": 1}
    assert [each.id for each in store.runs.list("best ever")] == [runs[2], runs[1]]
    store.runs.tag(runs, remove=["PAPER", "best ever"])
    assert numbers(store, Listing(parse("tag != none"))) == []


def test_runs_that_are_put_away_are_nowhere_until_they_come_back_or_go(store: Store, home: Home) -> None:
    keep, gone, back = (add(store, name, 0.1) for name in ("keep", "gone", "back"))
    for run in (keep, gone, back):
        home.run_folder(run).mkdir(parents=True)
    store.runs.put_away([gone, back])
    assert numbers(store, Listing()) == [[keep]]
    assert [each.id for each in store.runs.list()] == [keep] == [each.id for each in store.runs.finished(9)]
    assert (store.runs.count(), store.table.count(Listing()).runs) == (1, 1)
    assert store.datasets.runs_using("sample") == [keep] == [each.id for each in store.runs.on_dataset("sample")]
    with pytest.raises(StoreError, match="There is no run"):
        store.runs.get(gone)
    assert home.run_folder(gone).exists()
    assert store.runs.restore([back]) == [back]
    assert numbers(store, Listing()) == [[back], [keep]]
    remove_put_away(home, store)
    assert [home.run_folder(run).exists() for run in (keep, gone, back)] == [True, False, True]
    assert store.runs.restore([gone]) == []


def test_a_run_that_goes_is_not_put_away(store: Store) -> None:
    done, going = add(store, "done", 0.1), add(store, "going")
    with pytest.raises(StoreError, match=f"Run {going} is still running"):
        store.runs.put_away([done, going])
    assert store.runs.awaiting_deletion() == []


def test_a_renamed_dataset_keeps_old_and_new_runs_together(store: Store) -> None:
    store.datasets.add("a", source="", fingerprint="f", users=1, items=1, interactions=1)
    old = add(store, "x", 0.1, data={"dataset": "a"})
    store.datasets.rename("a", "b")
    new = add(store, "x", 0.2, seed=1, data={"dataset": "b"})
    assert numbers(store, Listing(folded=True)) == [[old, new]]


# A query against the same question asked of plain rows.

NOW = datetime(2026, 8, 12, 14, 5, tzinfo=UTC)
READ: dict[str, Callable[[TableRow], Any]] = {
    name: (lambda row, name=name: getattr(row.run, name))
    for name in (
        "id",
        "seed",
        "alpha",
        "depth",
        "seconds",
        "name",
        "dataset",
        "model",
        "status",
        "backbone",
        "quantiser",
        "notes",
    )
}


def fits(row: TableRow, condition: Condition) -> bool:
    match condition:
        case Words(text):
            run = row.run
            held = " ".join([run.name, run.dataset, run.model, run.status, run.notes, *run.tags]).casefold()
            return all(word in held for word in text.casefold().split())
        case Not(inner):
            return not fits(row, inner)
        case All(inner):
            return all(fits(row, each) for each in inner)
        case AnyOf(inner):
            return any(fits(row, each) for each in inner)
        case Compare("tags", operator, wanted):
            if wanted is None:
                return not row.run.tags
            folded = [tag.casefold() for tag in row.run.tags]
            return any(wanted.casefold() == tag if operator == "=" else wanted.casefold() in tag for tag in folded)
        case Compare(name, operator, wanted):
            value = metric(row, name) if isinstance(name, MetricName) else READ[name](row)
            if wanted is None or value is None:
                return value is wanted
            if isinstance(value, str):
                value, wanted = value.casefold(), wanted.casefold()
            return {
                "=": lambda: value == wanted, "~": lambda: wanted in value, "<": lambda: value < wanted,
                "<=": lambda: value <= wanted, ">": lambda: value > wanted, ">=": lambda: value >= wanted,
            }[operator]()  # fmt: skip
    raise AssertionError(condition)


def metric(row: TableRow, name: MetricName) -> float | None:
    assert name.source in (None, "full", "best")
    assert name.k in (None, 10)
    return row.metrics.get(f"{'best_' if name.source == 'best' else ''}{name.metric}_{name.part}")


NUMBERS = st.sampled_from(["seed", "run", "alpha", "levels", "duration"])
METRICS = st.sampled_from(["NDCG", "tail NDCG@10", "full head hr", "validation mrr@10", "overall HR"])
TEXTS = st.sampled_from(["name", "dataset", "notes"])
STRINGS = st.sampled_from(["alpha", "ÄRGER", "a%b", "x_y", "Große", '" or 1', "none", "", "h2"]).map(
    lambda text: text.replace('"', "")
)
ORDERS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
FIRST = st.one_of(
    st.builds("{} {} {}".format, NUMBERS, ORDERS, st.sampled_from(["0", "1", "2", "0.5", "150"])),
    st.builds("{} {} {}".format, METRICS, ORDERS, st.sampled_from(["0.1", "20 %", "0.05", "1"])),
    st.builds('{} {} "{}"'.format, TEXTS, st.sampled_from(["=", "!=", "~", "!~"]), STRINGS),
    st.builds('tag {} "{}"'.format, st.sampled_from(["=", "!=", "~"]), STRINGS),
    st.builds("{} {} none".format, st.one_of(NUMBERS, METRICS, st.just("tag"), TEXTS), st.sampled_from(["=", "!="])),
    st.builds("seed {} ({})".format, st.sampled_from(["in", "not in"]), st.sampled_from(["0", "0, 2", "1,1,7"])),
    st.builds("model = {}".format, st.sampled_from(["hid", "H2Rec", "popularity"])),
    st.builds("quantiser = {}".format, st.sampled_from(["opq", "RQ-VAE"])),
    st.sampled_from(["alpha", "große", '"a%b"', "finished"]),
)
QUERIES = st.recursive(
    FIRST,
    lambda inner: st.one_of(
        st.builds("({}) and {}".format, inner, inner),
        st.builds("({}) ({})".format, inner, inner),
        st.builds("{} or ({})".format, inner, inner),
        st.builds("not ({})".format, inner),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, list[TableRow]]]:
    store = Store(tmp_path_factory.mktemp("store") / "workbench.db")
    chance = np.random.default_rng(3)
    names = ["alpha", "Ärger", "a%b", "x_y", "GROSSE", "' or 1", "none", "h2"]
    for number in range(40):
        run = add(
            store, str(chance.choice(names)), None if number % 4 == 3 else round(float(chance.random()) / 4, 2),
            seed=number % 3, data={"dataset": str(chance.choice(names[:3]))},
            model={"kind": str(chance.choice(["h2rec", "hid", "popularity", "sid"]))},
            semantic_ids={"depth": 1 + number % 3, "quantiser": ("opq", "rq-vae")[number % 2]},
            alignment={"alpha": number % 3 / 2, "shared_prefix": 1},
        )  # fmt: skip
        store.runs.tag([run], add=names[: number % 4])
        if number % 2:
            store.runs.annotate(run, str(chance.choice(names)))
    yield store, [row for (row,) in store.table.entries(Listing())]
    store.close()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_a_query_finds_exactly_the_runs_that_fit(rows: tuple[Store, list[TableRow]], query: str) -> None:
    store, all_rows = rows
    condition = parse(query, NOW)
    wanted = {row.run.id for row in all_rows if fits(row, condition)}
    assert {row.run.id for (row,) in store.table.entries(Listing(condition))} == wanted
    assert store.table.count(Listing(condition)).runs == len(wanted)


def test_dates_find_runs_of_that_time(store: Store) -> None:
    run = add(store)
    made = store.runs.get(run).created_at.astimezone()
    for query in (f"date = {made:%Y-%m-%d}", "date = today", f"date >= {made:%Y-%m}", f"date > {made.year - 1}"):
        assert numbers(store, Listing(parse(query))) == [[run]], query
    for query in (f"date > {made:%Y-%m-%d}", f"date < {made:%Y}", f"not date = {made:%Y-%m-%d}"):
        assert numbers(store, Listing(parse(query))) == [], query
