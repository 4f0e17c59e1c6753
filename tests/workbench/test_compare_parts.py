"""What the compare page is made of, without its window: selection, rows, axes, and places of names."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF, QSizeF

from engine.comparison.differences import Difference
from engine.comparison.series import Series, series_of
from engine.config import ExperimentConfig
from engine.home import Home
from engine.store import RunDetails, Store
from workbench.pages.compare.metric_rows import best_rows, export_rows, metric_rows
from workbench.pages.compare.selection import MOST, Lines, Selection
from workbench.pages.compare.session import Measure
from workbench.pages.compare.settings_rows import setting_lines
from workbench.pages.compare.sweep import sweep
from workbench.pages.compare.words import p_words, probability, slice_words
from workbench.widgets.label_places import label_places

Add = Callable[..., RunDetails]


def results(overall: float, head: float, tail: float) -> dict[str, Any]:
    parts = {"overall": (400, overall), "head": (100, head), "tail": (300, tail), "band_0": (0, 0.0)}
    return {"full": {name: {"users": users, "NDCG@10": value} for name, (users, value) in parts.items()}}


@pytest.fixture
def add(home: Home) -> Iterator[Add]:
    store = Store(home.database)

    def add(
        test: Any = None, seed: int = 0, status: str = "finished", data: str = "abc", **settings: Any
    ) -> RunDetails:
        run = store.runs.create(ExperimentConfig(seed=seed, **settings), data)
        store.runs.record(run, changes={"status": status, "test": test or {}})
        return store.runs.get(run)

    yield add
    store.close()


def selected(*runs: RunDetails, **choices: Any) -> Lines:
    selection = Selection()
    selection.set(series_of(runs, **choices))
    return selection.lines


def alone(*runs: RunDetails) -> list[Series]:
    return series_of(runs, each_alone=True)


# The selection


def test_a_series_keeps_its_stroke_while_others_come_and_go(add: Add) -> None:
    runs = [add(name=f"r{place}", evaluation={"negatives": 50 + place}) for place in range(MOST + 1)]
    selection = Selection()
    selection.set(alone(*runs[:3]))
    first, second, third = ((line.role, line.dashed) for line in selection.lines.all)
    selection.set(alone(runs[2], runs[3]))
    assert [(line.role, line.dashed) for line in selection.lines.all] == [third, first]
    selection.set(alone(*runs))
    strokes = [(line.role, line.dashed) for line in selection.lines.all]
    assert len(strokes) == len(set(strokes)) == MOST
    assert (strokes[2], strokes[3]) == (third, first)
    assert second in strokes


def test_a_series_that_takes_in_another_seed_keeps_its_stroke(add: Add) -> None:
    other, one, more = add(name="other", model={"kind": "hid"}), add(seed=0), add(seed=1)
    selection = Selection()
    selection.set(alone(other, one))
    stroke = selection.lines.all[1].role
    selection.set(series_of([one, more]))
    assert selection.lines.all[0].role == stroke
    assert selection.lines.all[0].words.endswith("· 2 seeds")


def test_the_reference_is_the_first_that_finished_until_another_is_chosen(add: Add) -> None:
    stopped, one, elsewhere, other = add(status="interrupted"), add(name="b"), add(data="xyz"), add(seed=2)
    selection = Selection()
    selection.set(alone(stopped, one, elsewhere, other))
    lines = selection.lines
    assert lines.reference is not None
    assert lines.other is not None
    assert lines.reference.series.first is one
    assert lines.other.series.first is other  # the first that can be compared with it
    assert [line.series.first for line in lines.compared] == [one, other]
    selection.refer_to((elsewhere.id,))
    selection.look_at((one.id,))
    assert selection.lines.reference is selection.lines.all[2]
    assert selection.lines.other is selection.lines.all[1]
    selection.set(alone(one, other))
    assert selection.lines.reference is selection.lines.all[0]


# Rows


def difference(run: RunDetails, part: str, p: float) -> Difference:
    return Difference((run.id,), "full", part, 400, 0.2, 0.3, 0.1, 0.05, 0.15, p, p, 0.99, 0.3, 0.5, 0.2)


def test_metric_rows_correct_over_what_is_there_and_export_every_digit(add: Add, tmp_path: Path) -> None:
    reference, other = add(results(0.2, 0.3, 0.1)), add(results(0.3, 0.25, 1 / 3), model={"kind": "hid"})
    stopped, elsewhere = add(status="interrupted"), add(results(0.9, 0.9, 0.9), data="xyz")
    lines = selected(reference, other, stopped, elsewhere)
    found = {lines.all[1].key: [difference(other, part, p) for part, p in (("overall", 0.02), ("tail", 0.01))]}
    rows = metric_rows(lines, Measure(), "popularity", found)
    assert [(row.line.series.first.id, row.slice, row.users) for row in rows] == [
        *((1, part, users) for part, users in (("overall", 400), ("head", 100), ("tail", 300))),
        *((2, part, users) for part, users in (("overall", 400), ("head", 100), ("tail", 300))),
        (3, "overall", 0),
        *((4, part, users) for part, users in (("overall", 400), ("head", 100), ("tail", 300))),
    ]
    overall, head, tail = rows[3:6]
    assert overall.difference is not None
    assert tail.difference is not None
    assert (overall.difference.corrected_p, tail.difference.corrected_p) == (0.02, 0.02)
    assert overall.relative == pytest.approx(0.5)
    assert head.difference is None
    assert best_rows(rows, lines) == {1, 3, 5}  # what was tested on other data takes no part
    export_rows(tmp_path / "out.csv", rows, Measure())
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert float(written[5]["mean"]) == 1 / 3
    assert written[0]["reference"] == "yes"
    assert (written[5]["difference"], written[5]["low"], written[4]["difference"]) == ("0.1", "0.05", "")


def test_bands_without_users_have_no_row(add: Add) -> None:
    lines = selected(add(results(0.2, 0.3, 0.1)))
    assert metric_rows(lines, Measure(), "bands", {}) == []


def test_only_settings_that_play_a_part_differ(add: Add) -> None:
    lines = selected(add(seed=3), add(alignment={"alpha": 0.5}), add(model={"kind": "hid"}, alignment={"beta": 0.7}))
    rows = {row.key: row for row in setting_lines(lines.all)}
    assert {key for key, row in rows.items() if row.differs} == {"seed", "model.kind", "alignment.alpha"}
    assert rows["alignment.alpha"].values == ("1", "0.5", "–")
    assert rows["alignment.beta"].values == ("0.1", "0.1", "–")
    assert rows["seed"].values == ("3", "0", "0")
    folded = selected(add(seed=7, data="d"), add(seed=8, data="d"))
    assert {row.key: row.values for row in setting_lines(folded.all)}["seed"] == ("7, 8",)


def test_parallel_axes_are_the_settings_in_order_and_the_metric(add: Add) -> None:
    alphas = (0.3, 0.0, 2.0)
    runs = [
        add(results(value, 0.3, 0.1), alignment={"alpha": alpha})
        for alpha, value in zip(alphas, (0.2, 0.1, 0.3), strict=True)
    ]
    lines = selected(*runs, add(results(0.9, 0.9, 0.9), alignment={"alpha": 1.0}, data="xyz"))
    axes, strands, left_out = sweep(lines, Measure())
    assert [axis.title for axis in axes] == [
        "α code-guided alignment", "NDCG@10, overall", "NDCG@10, head", "NDCG@10, tail"
    ]  # fmt: skip
    assert axes[0].places == pytest.approx((1 / 3, 0, 1, 2 / 3))
    assert [words for _, words in axes[0].ticks] == ["0", "0.3", "1", "2"]
    assert axes[1].places == (pytest.approx(0.5), 0, 1, None)
    assert [strand.worth for strand in strands] == [0.5, 0, 1, None]
    assert left_out == []


def test_words() -> None:
    assert [p_words(p) for p in (0.0004, 0.009, 0.04, 0.2, 1.0, None)] == [
        "0.0004 ***", "0.0090 **", "0.0400 *", "0.2000", "1", "–"
    ]  # fmt: skip
    assert [probability(value) for value in (1.0, 0.975, 0.0)] == ["> 99.9 %", "97.5 %", "< 0.1 %"]
    assert [slice_words(part) for part in ("head", "band_10-29", "band_0")] == ["head", "10–29", "no training"]


# Places and tables


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200)), min_size=1, max_size=10))
def test_names_cover_no_point_and_no_other_name(points: list[tuple[int, int]]) -> None:
    bounds = QRectF(0, 0, 300, 200)
    at = [QPointF(x, y) for x, y in points]
    places = label_places(at, [QSizeF(60, 14)] * len(at), bounds)
    found = [place for place in places if place is not None]
    assert all(bounds.contains(place) for place in found)
    assert not any(one.intersects(other) for n, one in enumerate(found) for other in found[:n])
    assert not any(place.contains(point) for place in found for point in at)


def test_a_name_stands_right_of_a_point_that_is_alone() -> None:
    (place,) = label_places([QPointF(100, 100)], [QSizeF(60, 14)], QRectF(0, 0, 300, 200))
    assert place is not None
    assert place.left() > 100
