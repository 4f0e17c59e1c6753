"""The form shows every setting, says what is wrong where it is wrong, and changes no value silently."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QSlider,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from engine.config import ExperimentConfig, ModelSettings, SemanticIdSettings, TextSettings
from engine.settings import presets, settings_of
from workbench.widgets.config_form import ConfigForm
from workbench.widgets.number_box import NumberBox


@pytest.fixture
def form(qtbot: QtBot) -> ConfigForm:
    made = ConfigForm("setup")
    made.set_choices("data.dataset", [("sample", "sample (synthetic)"), ("ml-100k", "ml-100k")])
    qtbot.addWidget(made)
    made.resize(900, 800)
    made.show()
    return made


def box(form: ConfigForm, key: str) -> NumberBox:
    found = form.findChild(NumberBox, f"setup.{key}")
    assert found is not None
    return found


def type_into(qtbot: QtBot, form: ConfigForm, key: str, text: str) -> None:
    field = box(form, key)
    field.lineEdit().selectAll()
    qtbot.keyClicks(field.lineEdit(), text)


def test_every_setting_has_a_labelled_input_and_readable_help(form: ConfigForm) -> None:
    for info in settings_of(ExperimentConfig):
        input = form.findChild(QWidget, f"setup.{info.key}")
        assert input is not None, info.key
        assert input.accessibleName().startswith(info.title)
        field = form.fields[info.key]
        labels = field.findChildren(QLabel)
        assert info.help in [label.text() for label in labels], info.key
        if info.type is not bool:
            assert input in [label.buddy() for label in labels], info.key
        if info.unit:
            assert info.unit in input.accessibleName()


def test_the_form_gives_back_what_it_was_given(form: ConfigForm) -> None:
    for preset in presets():
        form.set_config(preset.config)
        assert form.errors == {}
        assert form.config == preset.config


@pytest.mark.parametrize(
    ("key", "text", "words", "right"),
    [
        ("semantic_ids.depth", "12", "12 is not allowed; it must be a whole number from 1 to 8.", "3"),
        ("semantic_ids.depth", "2.5", "2.5 is not allowed; it must be a whole number from 1 to 8.", "3"),
        ("semantic_ids.depth", "four", "“four” is not allowed; it must be a whole number from 1 to 8.", "3"),
        ("semantic_ids.codebook_size", "5000", "5000 is not allowed; it must be a whole number from 2 to 4096.", "64"),
        ("alignment.alpha", "11", "11 is not allowed; it must be a number from 0 to 10.", "0.5"),
        ("model.dropout", "nan", "“nan” is not allowed; it must be a number from 0 to 0.9.", "0.3"),
    ],
)
def test_a_wrong_value_stays_as_typed_with_the_reason_beside_it(
    qtbot: QtBot, form: ConfigForm, key: str, text: str, words: str, right: str
) -> None:
    type_into(qtbot, form, key, text)
    assert box(form, key).text() == text
    error = form.findChild(QLabel, f"setup.{key}.error")
    assert error is not None
    assert error.isVisible()
    assert error.text() == words
    assert form.config is None
    assert list(form.errors) == [key]
    box(form, key).clearFocus()
    assert box(form, key).text() == text
    type_into(qtbot, form, key, right)
    assert not error.isVisible()
    assert form.config is not None


def test_an_empty_number_is_wrong_too(qtbot: QtBot, form: ConfigForm) -> None:
    box(form, "seed").lineEdit().clear()
    assert "seed" in form.errors


def test_settings_that_contradict_each_other_are_shown_at_the_setting_to_blame(qtbot: QtBot, form: ConfigForm) -> None:
    type_into(qtbot, form, "model.heads", "3")
    assert form.fields["model.heads"].error == "3 does not divide the width 64"
    assert form.config is None


def test_a_wrong_advanced_setting_opens_the_fold(qtbot: QtBot, form: ConfigForm) -> None:
    field = form.fields["alignment.shared_prefix"]
    assert not field.isVisible()
    field.editor.set_value(7)
    assert field.isVisible()
    assert "SID depth" in field.error


def test_steps_stay_within_the_limits(form: ConfigForm) -> None:
    depth = box(form, "semantic_ids.depth")
    depth.set_value(7)
    depth.stepBy(5)
    assert depth.value() == 8
    assert not depth.stepEnabled() & QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
    depth.set_value("x")
    depth.stepUp()
    assert depth.value() == 2


def test_steps_of_decimals_stay_short(form: ConfigForm) -> None:
    dropout = box(form, "model.dropout")
    dropout.set_value(0.1)
    for _ in range(4):
        dropout.stepUp()
    assert dropout.text() == "0.3"


def test_slider_and_number_of_an_alignment_weight_follow_each_other(qtbot: QtBot, form: ConfigForm) -> None:
    slider = form.findChild(QSlider, "alignment.alpha.slider")
    assert slider is not None
    type_into(qtbot, form, "alignment.alpha", "10")
    assert slider.value() == slider.maximum()
    slider.setValue(0)
    assert box(form, "alignment.alpha").value() == 0
    type_into(qtbot, form, "alignment.alpha", "0.123")
    assert form.config is not None
    assert form.config.alignment.alpha == 0.123


def test_text_source_is_asked_for_only_where_it_is_needed(qtbot: QtBot, form: ConfigForm) -> None:
    field = form.fields["text.source"]
    browse = form.findChild(QWidget, "text.source.browse")
    assert browse is not None
    assert not field.isVisible()
    encoder = form.fields["text.encoder"].editor
    encoder.set_value("vectors")
    assert field.isVisible()
    assert browse.isVisible()
    assert "text.source" in form.errors
    source = form.findChild(QLineEdit, "setup.text.source")
    assert source is not None
    source.setText("vectors.npy")
    assert form.config is not None
    assert form.config.text == TextSettings(encoder="vectors", source="vectors.npy")
    encoder.set_value("named")
    assert not browse.isVisible()
    encoder.set_value("bundled")
    assert form.config is not None
    assert form.config.text.source == ""


@pytest.mark.parametrize(
    ("kind", "aside"),
    [
        ("h2rec", set()),
        ("sid", {"alignment"}),
        ("hid", {"alignment", "text", "semantic_ids"}),
        ("popularity", {"alignment", "text", "semantic_ids", "training"}),
    ],
)
def test_sections_that_play_no_part_are_disabled_and_say_why(form: ConfigForm, kind: str, aside: set[str]) -> None:
    form.fields["model.kind"].editor.set_value(kind)
    for name, card in form.sections.items():
        field = card.fields[0]
        assert field.editor.input.isEnabled() == (name not in aside), name
        assert bool(card.caption.text()) == (name in aside), name


def test_settings_of_the_rq_vae_play_no_part_with_other_quantisers(form: ConfigForm) -> None:
    def enabled(name: str) -> bool:
        return form.fields[f"semantic_ids.{name}"].isEnabled()

    for quantiser in ("pq", "opq", "rq-kmeans"):
        form.fields["semantic_ids.quantiser"].editor.set_value(quantiser)
        aside = {name for name in SemanticIdSettings.model_fields if not enabled(name)}
        assert aside == {
            *("latent_dim", "hidden_dim", "commitment", "codebook_update", "steps", "batch_size", "learning_rate")
        }
    form.fields["semantic_ids.quantiser"].editor.set_value("rq-vae")
    assert all(map(enabled, SemanticIdSettings.model_fields))


def test_changes_against_the_preset_are_marked_and_can_be_taken_back(qtbot: QtBot, form: ConfigForm) -> None:
    preset = presets()[0]
    form.set_config(preset.config)
    form.set_baseline(preset.config, preset.title)
    assert form.changed_settings() == []
    depth = preset.config.semantic_ids.depth
    type_into(qtbot, form, "semantic_ids.depth", str(depth + 1))
    assert form.changed_settings() == ["SID depth"]
    reset = form.findChild(QToolButton, "setup.semantic_ids.depth.reset")
    assert reset is not None
    assert reset.isVisible()
    assert str(depth) in reset.toolTip()
    reset.click()
    assert not reset.isVisible()
    assert form.config == preset.config


def test_a_dataset_that_is_gone_is_kept_and_marked(form: ConfigForm) -> None:
    combo = form.findChild(QComboBox, "setup.data.dataset")
    assert combo is not None
    form.fields["data.dataset"].editor.set_value("ml-100k")
    form.set_choices("data.dataset", [("sample", "sample")])
    assert combo.currentText() == "ml-100k (not there)"
    assert form.values()["data"]["dataset"] == "ml-100k"


def test_two_columns_where_there_is_room(qtbot: QtBot, form: ConfigForm) -> None:
    def left(section: str) -> int:
        return form.sections[section].mapTo(form, QPoint(0, 0)).x()

    qtbot.waitUntil(lambda: left("model") > left("data"))
    form.resize(500, 800)
    qtbot.waitUntil(lambda: left("model") == left("data"))


def test_the_wheel_changes_nothing_unless_the_field_has_the_focus(qtbot: QtBot, form: ConfigForm) -> None:
    depth = box(form, "semantic_ids.depth")
    before = depth.value()
    depth.clearFocus()
    event = QWheelEvent(
        QPointF(5, 5), QPointF(depth.mapToGlobal(QPoint(5, 5))), QPoint(0, 0), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(depth, event)
    assert depth.value() == before


def test_editing_never_yields_a_config_that_the_engine_refuses(form: ConfigForm) -> None:
    form.fields["semantic_ids.depth"].editor.set_value(2)
    form.fields["model.dim"].editor.set_value(32)
    assert form.config == ExperimentConfig(semantic_ids=SemanticIdSettings(depth=2), model=ModelSettings(dim=32))


def test_cards_grow_with_what_is_wrong(qtbot: QtBot, form: ConfigForm) -> None:
    form.resize(480, 4000)
    card = form.sections["semantic_ids"]
    item = form._columns[0].itemAt(form._columns[0].indexOf(card))
    before = item.heightForWidth(460)
    type_into(qtbot, form, "semantic_ids.depth", "0")
    qtbot.waitUntil(lambda: item.heightForWidth(460) > before, timeout=2000)
