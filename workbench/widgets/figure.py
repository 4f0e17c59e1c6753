"""A chart as a picture for a paper or a slide: always on white, with its legend, whatever the window looks like."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from engine.files import write_whole
from workbench.palette import LIGHT, Role
from workbench.theme import font, tabular
from workbench.widgets.axes import Axis, Write, XScale
from workbench.widgets.curve import FloatArray

SIZE = QSize(960, 600)
_HEADROOM = 0.07  # of the range of y, where the legend stands
SHARPNESS = 2  # pixels of an image per unit of the drawing
_TITLE, _TEXT, _LEGEND = 18, 14, 11  # pixels, and points of the legend


@dataclass(frozen=True)
class Line:
    """One line of a figure; x and y (points,), on a logarithmic axis log10 of the values."""

    name: str
    role: Role
    x: FloatArray
    y: FloatArray
    width: float
    dashed: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Figure:
    """What a chart shows. `ranges` are those of x and y; `y_tick` writes the ticks of y."""

    title: str
    x: XScale
    y_label: str
    y_tick: Write
    ranges: tuple[tuple[float, float], tuple[float, float]]
    lines: Sequence[Line]
    logarithmic: bool
    marker: float | None

    def image(self) -> QImage:
        """The figure as pixels."""
        image = QImage(SIZE * SHARPNESS, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SHARPNESS)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter)
        painter.end()
        return image

    def save(self, file: Path) -> None:
        """Write a PNG or, by the ending of the name, an SVG. Raises OSError, leaving what was there."""
        write_whole(file, self._save_svg if file.suffix.lower() == ".svg" else self._save_png)

    def _save_png(self, file: Path) -> None:
        if not self.image().save(str(file)):
            raise OSError(f"{file} cannot be written.")

    def _save_svg(self, file: Path) -> None:
        generator = QSvgGenerator()
        generator.setFileName(str(file))
        generator.setSize(SIZE)
        generator.setResolution(round(QGuiApplication.primaryScreen().logicalDotsPerInch()))  # axes are drawn in points
        generator.setViewBox(QRectF(0, 0, SIZE.width(), SIZE.height()))
        generator.setTitle(self.title)
        painter = QPainter()
        if not painter.begin(generator):
            raise OSError(f"{file} cannot be written.")
        self._paint(painter)
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        widget = self._plot()
        try:
            for _ in range(2):  # the first time, the axes learn how wide their words are
                widget.grab()
            widget.scene().render(painter, QRectF(0, 0, SIZE.width(), SIZE.height()), widget.sceneRect())
        finally:
            widget.close()
            widget.deleteLater()

    def _plot(self) -> pg.PlotWidget:
        axes = {"bottom": Axis("bottom", self.x.tick, whole=self.x.whole), "left": Axis("left", self.y_tick)}
        axes["left"].logarithmic = self.logarithmic
        widget = pg.PlotWidget(axisItems=axes, background="w", enableMenu=False)
        widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        widget.resize(SIZE)
        widget.hideButtons()
        item = widget.getPlotItem()
        item.titleLabel.item.setFont(font(_TITLE, bold=True))
        item.setTitle(self.title, color=LIGHT[Role.text])
        for (side, axis), words in zip(axes.items(), (self.x.label, self.y_label), strict=True):
            axis.setPen(pg.mkPen(LIGHT[Role.grid]))
            axis.setTextPen(pg.mkPen(LIGHT[Role.text]))
            axis.setTickFont(tabular(_TEXT))
            axis.label.setFont(tabular(_TEXT))
            axis.setStyle(tickLength=0, hideOverlappingLabels=True)
            widget.setLabel(side, words)
        widget.showGrid(x=False, y=True, alpha=1.0)
        named = sum(not line.faint for line in self.lines)
        legend = item.addLegend(
            offset=(-8, 1), colCount=max(1, named), labelTextColor=LIGHT[Role.text], labelTextSize=f"{_LEGEND}pt"
        )
        for line in self.lines:
            colour = QColor(LIGHT[line.role])
            colour.setAlphaF(0.2 if line.faint else 1.0)
            style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
            curve = pg.PlotCurveItem(
                line.x, line.y, pen=pg.mkPen(colour, width=line.width, style=style), antialias=True, connect="finite"
            )
            widget.addItem(curve)
            if not line.faint:
                legend.addItem(curve, line.name)
        if self.marker is not None:
            widget.addItem(pg.InfiniteLine(self.marker, angle=90, pen=pg.mkPen(LIGHT[Role.accent])), ignoreBounds=True)
        (left, right), (low, high) = self.ranges
        widget.setXRange(left, right, padding=0)
        widget.setYRange(low, high + (high - low) * _HEADROOM, padding=0)
        widget.show()
        return widget


def write_csv(file: Path, x_name: str, points: Mapping[str, tuple[FloatArray, FloatArray]]) -> None:
    """Write series -> x and y (points,), a line for every point. Raises OSError, leaving what was there."""

    def write(partial: Path) -> None:
        with partial.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["series", x_name, "value"])
            for name, (x, y) in points.items():
                writer.writerows([name, *point] for point in zip(x.tolist(), y.tolist(), strict=True))

    write_whole(file, write)
