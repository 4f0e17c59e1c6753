"""Curves keep every point, draw few, and show what they are asked for."""

import csv
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from engine.events import GateWeights, Loss, TrainingFigures
from engine.store import Curve as StoredCurve
from workbench.theme import Role
from workbench.widgets.chart import LineChart
from workbench.widgets.curve import MOST_DRAWN, Curve, nearest, smoothed, thinned
from workbench.widgets.figure import SIZE
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


STEPS = {
    f"loss/{part}": StoredCurve(f"loss/{part}", np.arange(10, 210, 10), np.arange(1, 21) / 4, height / np.arange(1, 21))
    for part, height in (("total", 8.0), ("recommendation", 4.0))
}
PAST = {
    **STEPS,
    "training/seconds": StoredCurve(
        "training/seconds", np.arange(10, 210, 10), np.arange(1, 21) / 4, np.arange(1, 21) * 30.0
    ),
    "training/gradient_norm": StoredCurve(
        "training/gradient_norm", np.arange(10, 210, 10), np.arange(1, 21) / 4, np.ones(20)
    ),
    "validation/full/overall/NDCG@10": StoredCurve(
        "validation/full/overall/NDCG@10", np.arange(1, 6), np.arange(1.0, 6.0), np.array([0.1, 0.3, 0.2, 0.1, 0.05])
    ),
}


def shown_charts(qtbot: QtBot, curves: dict[str, StoredCurve]) -> RunCharts:
    charts = RunCharts("run")
    qtbot.addWidget(charts)
    charts.resize(900, 700)
    charts.show()
    charts.set_curves(curves, best_epoch=2)
    qtbot.waitUntil(lambda: charts.loss.has_points and not (charts.loss._dirty or charts.ndcg._dirty))
    return charts


def choose_axis(qtbot: QtBot, charts: RunCharts, kind: str) -> None:
    axis = charts.bar.axis
    axis.setCurrentIndex(axis.findData(kind))
    axis.activated.emit(axis.currentIndex())
    qtbot.waitUntil(lambda: not charts.loss._dirty and not charts.ndcg._dirty)


def test_all_charts_go_over_epochs_steps_or_time(qtbot: QtBot) -> None:
    charts = shown_charts(qtbot, PAST)
    assert charts.loss._series["total"].places.tolist() == (np.arange(1, 21) / 4).tolist()
    choose_axis(qtbot, charts, "step")
    assert charts.loss._series["total"].places.tolist() == np.arange(10, 210, 10).tolist()
    assert charts.ndcg._series["overall"].places.tolist() == [40, 80, 120, 160, 200]
    assert charts.ndcg._plot.marker_line.value() == 80
    choose_axis(qtbot, charts, "time")
    assert charts.ndcg._series["overall"].places.tolist() == [120, 240, 360, 480, 600]
    charts.set_curves(STEPS, None)  # recorded before there were times
    qtbot.waitUntil(lambda: charts.loss._series["total"].places[-1:].tolist() == [5])


def test_what_is_pointed_at_and_looked_into_in_one_chart_is_so_in_all(qtbot: QtBot) -> None:
    charts = shown_charts(qtbot, PAST)
    charts.loss.setFocus()
    qtbot.keyClick(charts.loss, Qt.Key.Key_Left)
    qtbot.keyClick(charts.loss, Qt.Key.Key_Left)
    assert "epoch 4.75" in charts.loss._legend._note
    assert charts.ndcg._plot.crosshair.value() == 5
    assert "5.00 %" in charts.ndcg.accessibleName()
    whole = charts.ndcg._plot.x_range
    qtbot.keyClick(charts.loss, Qt.Key.Key_Plus)
    assert charts.ndcg._plot.x_range == charts.loss._plot.x_range
    assert charts.ndcg._plot.x_range[0] > whole[0]
    charts.add([Loss(210, 5.25, {"total": 0.1})])
    qtbot.waitUntil(lambda: not charts.loss._dirty)
    assert charts.loss.is_looked_into  # new points do not take the person away from there
    qtbot.keyClick(charts.loss, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: not charts.ndcg._dirty and not charts.loss._dirty)
    assert charts.ndcg._plot.x_range == whole


def test_looking_closer_draws_the_points_that_are_there(qtbot: QtBot) -> None:
    chart = LineChart("Loss", "Loss", name="chart")
    qtbot.addWidget(chart)
    chart.show()
    chart.add_series("total", "total", Role.loss_1)
    chart.set_series("total", np.arange(100_000), np.arange(100_000) % 7)
    qtbot.waitUntil(lambda: not chart._dirty)
    chart.look_at((500, 600))
    qtbot.waitUntil(lambda: not chart._dirty)
    assert chart._series["total"].line.getData()[0].tolist() == list(range(499, 602))


def test_the_wheel_alone_scrolls_the_page(qtbot: QtBot) -> None:
    charts = shown_charts(qtbot, PAST)
    before = charts.loss._plot.x_range
    view = charts.loss._plot.viewport()
    for keys, changes in ((Qt.KeyboardModifier.NoModifier, False), (Qt.KeyboardModifier.ControlModifier, True)):
        middle = QPointF(view.rect().center())
        turn = QWheelEvent(
            middle, view.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view, turn)
        assert (charts.loss._plot.x_range != before) is changes


def test_names_in_the_legend_switch_their_lines(qtbot: QtBot) -> None:
    charts = shown_charts(qtbot, PAST)
    legend = charts.loss._legend
    (_, place), *_ = legend._places()
    qtbot.mouseClick(legend, Qt.MouseButton.LeftButton, pos=place.center())
    qtbot.waitUntil(lambda: not charts.loss._dirty)
    assert not charts.loss._series["total"].line.isVisible()
    assert charts.loss._plot.y_range[1] < 8
    assert "total" not in charts.loss.accessibleName()
    menu = charts.loss.menu.menu_now()
    actions = {action.text(): action for action in menu.actions()}
    assert not actions["total"].isChecked()
    actions["total"].trigger()
    qtbot.waitUntil(lambda: charts.loss._series["total"].line.isVisible())
    menu.deleteLater()


def test_a_logarithmic_axis_leaves_out_what_it_cannot_show(qtbot: QtBot) -> None:
    chart = LineChart("Loss", "Loss", name="chart")
    qtbot.addWidget(chart)
    chart.show()
    chart.add_series("total", "total", Role.loss_1)
    chart.set_series("total", [1, 2, 3, 4], [1000.0, 0.0, 10.0, 1.0])
    chart.set_logarithmic(True)
    qtbot.waitUntil(lambda: not chart._dirty)
    drawn = chart._series["total"].line.getData()[1]
    assert drawn[[0, 2, 3]].tolist() == [3, 1, 0]
    assert np.isnan(drawn[1])
    axis = chart._plot.axes["left"]
    ((_, ticks),) = axis.tickValues(-0.2, 3.2, 200)
    assert axis.tickStrings(ticks, 1, 1) == ["1", "10", "100", "1,000"]


def test_an_earlier_run_stands_behind_on_its_own_time(qtbot: QtBot) -> None:
    charts = shown_charts(qtbot, PAST)
    slower = dict(PAST)
    slower["training/seconds"] = StoredCurve("", np.arange(10, 210, 10), np.arange(1, 21) / 4, np.arange(1, 21) * 60.0)
    charts.set_ghost("run 7", slower)
    choose_axis(qtbot, charts, "time")
    series = charts.loss._series["total"]
    assert series.ghost.getData()[0][-1] == 2 * series.places[-1]
    assert "run 7" in charts.loss.accessibleName()
    charts.set_ghost("", {})
    qtbot.waitUntil(lambda: not charts.loss._dirty)
    assert len(series.ghost.getData()[1]) == 0
    assert "run 7" not in charts.loss.accessibleName()


def test_exports_open_again(qtbot: QtBot, tmp_path: Path) -> None:
    charts = shown_charts(qtbot, PAST)
    choose_axis(qtbot, charts, "step")
    charts.loss.set_logarithmic(True)
    qtbot.waitUntil(lambda: not charts.loss._dirty)
    for suffix in ("png", "svg", "csv"):
        charts.loss.export(tmp_path / f"loss.{suffix}")
    image = QImage(str(tmp_path / "loss.png"))
    assert image.size() == SIZE * 2
    assert image.pixelColor(3, 3).lightness() == 255  # on white, whatever the theme
    drawing = QSvgRenderer(str(tmp_path / "loss.svg"))
    assert drawing.isValid()
    assert drawing.viewBox().size() == SIZE
    assert (tmp_path / "loss.svg").read_text(encoding="utf-8").count("<path") > 3
    rows = list(csv.DictReader((tmp_path / "loss.csv").open(encoding="utf-8")))
    assert [float(row["value"]) for row in rows if row["series"] == "total"] == STEPS["loss/total"].values.tolist()
    assert [float(row["step"]) for row in rows if row["series"] == "total"] == list(range(10, 210, 10))


def test_a_chart_can_be_copied_and_exported_from_its_menu(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    charts = shown_charts(qtbot, PAST)
    menu = charts.ndcg.menu.menu_now()
    actions = {action.text(): action for action in menu.actions()}
    actions["Copy as image"].trigger()
    assert QGuiApplication.clipboard().image().size() == SIZE * 2
    asked: list[str] = []

    def choose(parent: object, title: str, name: str, filters: str) -> tuple[str, str]:
        asked.append(name)
        return str(tmp_path / "drawing"), "Drawing (*.svg)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    actions["Export…"].trigger()
    assert asked == ["ndcg-at-10.png"]
    assert QSvgRenderer(str(tmp_path / "drawing.svg")).isValid()
    told: list[str] = []
    monkeypatch.setattr("workbench.widgets.chart_menu.show_error", lambda _parent, what, why: told.append(why))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("/dev/null/chart.png", ""))
    actions["Export…"].trigger()
    assert len(told) == 1
    assert "/dev/null/chart.png" in told[0]
    menu.deleteLater()


def test_a_fault_of_a_chart_is_said_in_its_place(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    charts = shown_charts(qtbot, PAST)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("workbench.widgets.chart_series.smoothed", broken)
    charts.add([Loss(210, 5.25, {"total": 0.1})])
    qtbot.waitUntil(lambda: "cannot be drawn" in charts.loss._empty.text())
    assert charts.loss._stack.currentWidget() is charts.loss._empty
    monkeypatch.undo()
    charts.add([Loss(220, 5.5, {"total": 0.1})])
    qtbot.waitUntil(lambda: charts.loss._stack.currentWidget() is charts.loss._plot)


def test_the_figures_of_the_training_have_charts_of_their_own(qtbot: QtBot) -> None:
    charts = shown_charts(qtbot, PAST)
    assert charts.training["gradient_norm"].points("gradient_norm")[1] == [1.0] * 20
    charts.start(gates=False)
    charts.add([TrainingFigures(3, 0.5, {"memory": 2e9, "learning_rate": 0.001, "seconds": 4.0})])
    assert charts.training["memory"].points("memory") == ([0.5], [2e9])
    charts.set_curves(STEPS, None)
    assert "before this was measured" in charts.training["memory"]._empty.text()


def test_a_band_lies_around_its_line_and_within_the_axis(qtbot: QtBot, tmp_path: Path) -> None:
    chart = LineChart("NDCG@10", "NDCG@10", name="chart")
    qtbot.addWidget(chart)
    chart.resize(400, 300)
    chart.add_series("a", "A", Role.run_1)
    chart.set_series("a", [1, 2, 3], [0.2, 0.3, 0.4])
    chart.set_band("a", [0.1, 0.1, 0.1], [0.3, 0.5, 0.9])
    chart.show()
    qtbot.waitUntil(lambda: chart._plot.y_range[1] > 0.9)
    assert chart._plot.y_range[0] < 0.1
    series = chart._series["a"]
    assert series.high.getData()[1].tolist() == [0.3, 0.5, 0.9]
    assert not series.band.path().isEmpty()
    drawn = [line.y.tolist() for line in chart.figure().lines]
    assert [0.1, 0.1, 0.1] in drawn
    chart.set_logarithmic(True)
    chart.set_band("a", [-0.1, 0.1, 0.1], [0.3, 0.5, 0.9])  # what is not above zero is left out
    qtbot.waitUntil(lambda: len(series.low.getData()[1]) == 2)


def test_a_compact_legend_shows_values_and_still_says_the_names(qtbot: QtBot) -> None:
    chart = LineChart("NDCG@10", "NDCG@10", name="chart")
    qtbot.addWidget(chart)
    chart.resize(300, 300)
    for place in range(6):
        chart.add_series(str(place), f"A series with a long name {place}", Role.run_1)
        chart.set_series(str(place), [1], [0.5])
    chart.show()
    qtbot.waitUntil(lambda: "0.500" in chart.accessibleName())
    rows = chart._legend.height()
    chart.set_compact(True)
    assert chart._legend.height() < rows
    assert "A series with a long name 3 0.500" in chart.accessibleName()
