"""The drawing of the model: what is in it, what is grey, its words, and that it can be drawn at all."""

from collections.abc import Callable

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.config import ExperimentConfig
from engine.models.build import MODELS
from engine.settings import override, parse
from workbench.pages.setup.architecture import Sketch, sketch
from workbench.pages.setup.architecture_view import ArchitectureView
from workbench.theme import Role, theme


def of(*assignments: str) -> Sketch:
    config: ExperimentConfig = parse(override({}, assignments))
    return sketch(config)


def on(drawn: Sketch) -> set[str]:
    return {box.name for box in drawn.boxes if box.on}


def off(drawn: Sketch) -> set[str]:
    return {box.name for box in drawn.boxes if not box.on}


def test_h2rec_has_two_branches_that_look_into_each_other() -> None:
    drawn = of()
    assert off(drawn) == set()
    assert {(link.start, link.end) for link in drawn.links} >= {("right", "into_left"), ("left", "into_right")}
    assert [(link.loss, link.on) for link in drawn.links if link.loss] == [("α 1", True), ("β 0.1", True)]
    (ids,) = [box for box in drawn.boxes if box.levels]
    assert ids.levels == 4
    assert "SASRec × 2, shared" in [box.text for box in drawn.boxes]


@pytest.mark.parametrize(
    ("assignments", "grey"),
    [
        (["model.gate=uniform"], {"gate"}),
        (["model.sid_into_hid=false"], {"into_left"}),
        (["model.hid_into_sid=false"], {"into_right"}),
        (["model.kind=hid"], {"right", "fusion", "into_left", "into_right", "gate", "encoder_right"}),
        (["model.kind=sid"], {"left", "into_left", "into_right", "gate", "encoder_left"}),
        (["model.kind=text"], {"left", "into_left", "into_right", "gate", "encoder_left"}),
        (["model.kind=llm_esr"], {"gate"}),
    ],
)
def test_what_is_switched_off_is_grey(assignments: list[str], grey: set[str]) -> None:
    assert off(of(*assignments)) == grey


def test_an_alignment_of_weight_0_is_off() -> None:
    losses = [(link.loss, link.on) for link in of("alignment.alpha=0", "alignment.beta=0.3").links if link.loss]
    assert losses == [("α 0", False), ("β 0.3", True)]
    assert "Alignment: α 0 off, β 0.3 on." in of("alignment.alpha=0", "alignment.beta=0.3").in_words()
    assert not any(link.on for link in of("model.kind=hid").links if link.loss)


def test_two_encoders_are_drawn_as_two() -> None:
    assert {"encoder_left", "encoder_right"} <= on(of("model.shared_encoder=false"))


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_is_drawn_within_itself(kind: str) -> None:
    drawn = of(f"model.kind={kind}")
    names = [box.name for box in drawn.boxes]
    assert len(names) == len(set(names))
    assert {name for link in drawn.links for name in (link.start, link.end)} <= set(names)
    places = [(box.row, box.place) for box in drawn.boxes]
    assert len(places) == len(set(places))
    rows = {box.name: box.row for box in drawn.boxes}
    assert all(rows[link.start] < rows[link.end] for link in drawn.links if not link.loss)
    words = drawn.in_words()
    assert words.startswith("From items to score: ")
    assert ("Switched off" in words) == bool(off(drawn))


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_is_drawn_in_light_and_dark(qtbot: QtBot, kind: str) -> None:
    view = ArchitectureView()
    qtbot.addWidget(view)
    drawn = of(f"model.kind={kind}")
    view.show_sketch(drawn)
    view.resize(240, view.sizeHint().height())
    assert view.accessibleDescription() == drawn.in_words()

    def colours() -> set[str]:
        image = view.grab().toImage()
        return {
            QColor(image.pixel(x, y)).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)
        }

    for setting in ("light", "dark"):
        theme().use(setting)  # type: ignore[arg-type]
        assert theme().color(Role.surface_raised).name() in colours()
        if any(box.levels for box in drawn.boxes if box.on):
            assert theme().color(Role.level_1).name() in colours()


def test_words_fit_into_their_boxes(qtbot: QtBot) -> None:
    view = ArchitectureView()
    qtbot.addWidget(view)
    view.resize(260, 200)
    from PySide6.QtGui import QFontMetricsF

    from workbench.theme import CAPTION, font

    measure: Callable[[str], float] = QFontMetricsF(font(CAPTION)).horizontalAdvance
    for kind in MODELS:
        for box in of(f"model.kind={kind}", "model.blocks=12", "model.backbone=bert4rec", "model.fusion=concat").boxes:
            assert measure(box.text) <= view._place(box).width() - 2, box.text
