"""Settings in a file: out and in again the same, and every fault with its line."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import ExperimentConfig
from engine.errors import SettingsError
from engine.settings import SettingInfo, override, parse, settings_of, to_toml
from engine.settings_file import line_numbers, read_experiment, write_experiment

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def values_of(info: SettingInfo) -> st.SearchStrategy[Any]:
    """Everything that the setting may be."""
    if info.choices:
        return st.sampled_from(info.choices)
    if info.type is bool:
        return st.booleans()
    if info.type is str:
        return TEXT
    assert info.minimum is not None
    assert info.maximum is not None
    if info.type is int:
        return st.integers(int(info.minimum), int(info.maximum))
    return st.floats(info.minimum, info.maximum)


@st.composite
def experiments(draw: st.DrawFn) -> ExperimentConfig:
    """Any settings that go together."""
    values: dict[str, Any] = {}
    for info in settings_of(ExperimentConfig):
        *sections, name = info.path
        target = values
        for section in sections:
            target = target.setdefault(section, {})
        target[name] = draw(values_of(info))
    model, text = values["model"], values["text"]
    model["heads"] = model["cross_heads"] = draw(st.sampled_from([n for n in range(1, 33) if model["dim"] % n == 0]))
    values["alignment"]["shared_prefix"] = draw(st.integers(0, values["semantic_ids"]["depth"]))
    if text["encoder"] != "bundled" and not text["source"].strip():
        text["source"] = "somewhere"
    return parse(values)


@given(config=experiments())
def test_any_experiment_comes_back_from_its_file(config: ExperimentConfig, tmp_path_factory: Any) -> None:
    path = tmp_path_factory.mktemp("files") / "mine.toml"
    write_experiment(config, path)
    assert read_experiment(path) == config


@given(config=experiments())
def test_every_setting_of_a_file_has_its_line(config: ExperimentConfig) -> None:
    text = to_toml(config)
    lines = line_numbers(text)
    for info in settings_of(ExperimentConfig):
        assert text.splitlines()[lines[info.key] - 1].startswith(f"{info.path[-1]} = ")


def test_faults_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("seed = -1\nmodel.dim = 62\n\n[semantic_ids]  # four levels\ndepth = 12\ndept = 3\n\n[alignment]\n")
    with pytest.raises(SettingsError) as caught:
        read_experiment(path)
    assert str(caught.value).splitlines() == [
        "mine.toml, line 1: seed: -1 is not allowed; it must be a whole number from 0 to 2147483647.",
        "mine.toml, line 2: model.cross_heads: 4 does not divide the width 62",
        "mine.toml, line 5: semantic_ids.depth: 12 is not allowed; it must be a whole number from 1 to 8.",
        "mine.toml, line 6: semantic_ids.dept: There is no such setting. Did you mean semantic_ids.depth?",
    ]


def test_an_assignment_takes_the_place_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[semantic_ids]\ndepth = 12\n")
    assert read_experiment(path, ["semantic_ids.depth=3"]).semantic_ids.depth == 3
    with pytest.raises(SettingsError, match=r"^semantic_ids\.depth: 9 is not allowed"):
        read_experiment(path, ["semantic_ids.depth=9"])


def test_the_table_of_a_preset_is_no_setting(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('seed = 3\n[preset]\ntitle = "Mine"\n')
    assert read_experiment(path) == parse(override({}, ["seed=3"]))


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").mkdir()
    with pytest.raises(SettingsError, match=r"mine\.toml cannot be written"):
        write_experiment(ExperimentConfig(), tmp_path / "mine.toml")
