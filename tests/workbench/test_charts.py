"""Curves keep every point, draw few, and show what they are asked for."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from engine.events import GateWeights
from engine.store import Curve as StoredCurve
from workbench.theme import Role
from workbench.widgets.chart import LineChart
from workbench.widgets.curve import MOST_DRAWN, Curve, nearest, smoothed, thinned
from workbench.widgets.run_charts import RunCharts


def test_a_thinned_curve_keeps_its_extremes_and_its_order() -> None:
    curve = Curve()
    values = np.sin(np.arange(50_000) / 700)
    values[31_415] = 7.0
    values[2_718] = -7.0
    for x, y in enumerate(values):
        curve.append(x, y)
    x, y = thinned(curve.x, curve.y)
    assert len(curve) == 50_000
    assert len(x) <= MOST_DRAWN
    assert (y.max(), y.min()) == (7.0, -7.0)
    assert (np.diff(x) > 0).all()
    assert all(values[int(place)] == height for place, height in zip(x, y, strict=True))


def test_a_thinned_curve_keeps_its_gaps_and_the_extremes_beside_them() -> None:
    curve = Curve()
    values = np.sin(np.arange(9999) / 700)
    values[5000:5100], values[4999], values[9998] = np.nan, 3.0, -3.0
    curve.replace(np.arange(9999), values)
    x, y = thinned(curve.x, curve.y)
    assert len(x) <= MOST_DRAWN
    assert (np.diff(x) > 0).all()
    assert (np.nanmax(y), np.nanmin(y)) == (3.0, -3.0)
    assert np.isnan(y).any()


def test_a_curve_never_writes_to_the_points_it_was_given() -> None:
    given = np.array([1.0, 2.0])
    curve = Curve()
    curve.replace(given, given)
    for x in range(3, 200):
        curve.append(x, x)
    assert given.tolist() == [1, 2]
    assert curve.x.tolist() == list(range(1, 200))


def test_the_nearest_point_is_found_wherever_one_points() -> None:
    x = np.array([1.0, 2.0, 2.5, 7.0])
    for place in (-3.0, 1.0, 1.4, 1.5, 1.6, 2.3, 4.0, 7.0, 99.0):
        assert nearest(x, place) == np.abs(x - place).argmin()


def test_a_million_points_are_drawn_as_few_that_keep_the_extremes(qtbot: QtBot) -> None:
    steps = np.arange(1, 1_000_001)
    values = 5 / (1 + steps / 50_000)
    values[314_159], values[271_828] = 50.0, -50.0
    charts = RunCharts("run")
    qtbot.addWidget(charts)
    charts.resize(800, 600)
    charts.show()
    charts.set_curves({"loss/total": StoredCurve("loss/total", steps, steps / 1000, values)}, None)
    series = charts.loss._series["total"]
    qtbot.waitUntil(lambda: not charts.loss._dirty)
    for item in (series.line, series.faint):
        assert len(item.getData()[0]) <= MOST_DRAWN
    drawn = series.faint.getData()[1]
    assert (drawn.max(), drawn.min()) == (50.0, -50.0)
    low, high = charts.loss._plot.getPlotItem().vb.viewRange()[1]
    assert low < -50 < 50 < high
    assert charts.loss.accessibleName() == f"Loss: total {smoothed(values, 0.9)[-1]:.3f}"


def test_short_curves_are_drawn_as_they_are() -> None:
    curve = Curve()
    curve.replace([1, 2, 3], [5, 4, 6])
    assert thinned(curve.x, curve.y)[1].tolist() == [5, 4, 6]
    assert nearest(curve.x, 2.4) == 1
    curve.replace([], [])
    assert nearest(curve.x, 1) is None
    curve.append(1, 2)
    assert curve.y.tolist() == [2]


def test_chart_shows_the_last_values_and_the_marker(qtbot: QtBot) -> None:
    chart = LineChart("NDCG@10", "NDCG@10", name="chart")
    qtbot.addWidget(chart)
    chart.add_series("head", "head", Role.head)
    chart.add_series("tail", "tail", Role.tail)
    chart.show()
    assert chart._stack.currentWidget() is chart._empty
    for epoch in range(1, 6):
        chart.append("head", epoch, epoch / 10)
    chart.set_marker(3)
    qtbot.waitUntil(lambda: "0.500" in chart.accessibleName())
    assert chart._stack.currentWidget() is chart._plot
    assert chart.accessibleName() == "NDCG@10: head 0.500; tail"
    assert chart._plot.marker_line.value() == 3
    assert chart._plot.marker_dot.getData()[1].tolist() == [0.3]
    left, right = chart._plot.getPlotItem().vb.viewRange()[0]
    assert left < 1
    assert right > 5


def test_chart_draws_only_while_it_is_visible(qtbot: QtBot) -> None:
    chart = LineChart("Loss", "Loss", name="chart")
    qtbot.addWidget(chart)
    chart.add_series("total", "total", Role.loss_1)
    chart.append("total", 1, 1)
    assert not chart._clock.isActive()
    chart.show()
    assert chart._series["total"].line.getData()[1].tolist() == [1]


def test_pointing_at_a_place_shows_the_values_there(qtbot: QtBot) -> None:
    chart = LineChart("Loss", "Loss", name="chart")
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.add_series("total", "total", Role.loss_1)
    chart.set_series("total", [1, 2, 3], [0.9, 0.5, 0.1])
    chart.show()
    qtbot.waitUntil(lambda: "0.100" in chart.accessibleName())
    view = chart._plot.getPlotItem().vb
    from PySide6.QtCore import QPointF

    chart._plot._point(view.mapViewToScene(QPointF(2.1, 0.5)))
    assert "0.500" in chart.accessibleName()
    assert chart._plot.crosshair.isVisible()


def test_run_charts_take_live_events(qtbot: QtBot, scripts: SimpleNamespace) -> None:
    charts = RunCharts("run")
    qtbot.addWidget(charts)
    charts.start(gates=True)
    charts.add(scripts.scripted(epochs=4, best=3))
    assert charts.ndcg.keys() == ["overall", "head", "tail"]
    assert charts.ndcg.points("head")[0] == [1, 2, 3, 4]
    assert charts.hr.points("overall")[1][2] == 0.2
    assert charts.loss.keys() == ["total", "recommendation", "alignment", "granularity"]
    assert charts.loss.points("total")[0] == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4]
    assert charts.gate.points("3") == ([1, 2, 3, 4], [0.2] * 4)
    assert charts.ndcg._marker == 3
    charts.add([GateWeights(5, (0.4, 0.3, 0.2))])
    assert len(charts.gate.points("1")[0]) == 5


def test_run_charts_show_a_past_run_and_hide_gates_that_are_not_there(qtbot: QtBot) -> None:
    charts = RunCharts("run")
    qtbot.addWidget(charts)
    curves = {
        name: StoredCurve(name, np.array([1, 2]), np.array([1.0, 2.0]), np.array([0.1, 0.2]))
        for name in ("loss/total", "validation/full/tail/NDCG@10", "test/full/tail/NDCG@10", "validation/full/tail/MRR")
    }
    charts.set_curves(curves, best_epoch=2)
    assert charts.ndcg.points("tail") == ([1, 2], [0.1, 0.2])
    assert charts.ndcg.points("head") == ([], [])
    assert charts.loss.keys() == ["total"]
    assert charts.gate.isHidden()
    assert charts.hr._marker == 2


@given(st.lists(st.floats(-100, 100), max_size=700), st.floats(0, 0.99))
def test_smoothing_is_the_corrected_exponential_average(values: list[float], weight: float) -> None:
    expected, mean = [], 0.0
    for number, value in enumerate(values, start=1):
        mean = weight * mean + (1 - weight) * value
        expected.append(mean / (1 - weight**number))
    assert smoothed(np.array(values), weight).tolist() == pytest.approx(expected, abs=1e-6)


def test_smoothing_passes_over_gaps() -> None:
    values = smoothed(np.array([1.0, np.nan, 1.0, np.inf, 1.0]), 0.6)
    assert values[[0, 2, 4]].tolist() == pytest.approx([1, 1, 1])
    assert np.isnan(values[[1, 3]]).all()


def test_a_smoothed_chart_says_the_mean_and_keeps_the_points(qtbot: QtBot) -> None:
    chart = LineChart("Loss", "Loss", name="chart", smooths=True)
    qtbot.addWidget(chart)
    chart.set_smoothing(0.5)
    chart.add_series("total", "total", Role.loss_1)
    chart.show()
    for place, value in ((0.5, 4.0), (1.0, 1.0)):
        chart.append("total", place, value)
    qtbot.waitUntil(lambda: chart.accessibleName() == "Loss: total 2.000")
    assert chart.points("total")[1] == [4.0, 1.0]
    series = chart._series["total"]
    assert series.faint.getData()[1].tolist() == [4.0, 1.0]
    chart.set_smoothing(0)
    qtbot.waitUntil(lambda: chart.accessibleName() == "Loss: total 1.000")
    assert len(series.faint.getData()[1]) == 0


def test_a_run_without_curves_says_why(qtbot: QtBot) -> None:
    charts = RunCharts("charts")
    qtbot.addWidget(charts)
    charts.set_curves({}, None, learns=False)
    assert charts._stack.currentWidget() is charts.nothing
    assert "only counts" in charts.nothing._text.text()
    charts.set_curves({}, None)
    assert "before its training" in charts.nothing._text.text()
    charts.set_curves({"loss/total": StoredCurve("loss/total", np.array([1]), np.array([1.0]), np.array([2.0]))}, None)
    assert charts._stack.currentWidget() is not charts.nothing
    assert charts.ndcg._empty.text() == "The run ended before there was a point."
