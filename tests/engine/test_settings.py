"""Settings: reading, overriding, words for errors, presets, and the way back to TOML."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from engine.config import ExperimentConfig, PreparationSettings
from engine.errors import SettingsError
from engine.settings import (
    override,
    parse,
    preset,
    presets,
    read_toml,
    sections_of,
    settings_of,
    to_toml,
    value_at,
)

ALL = list(settings_of(ExperimentConfig))


def nested(key: str, value: Any) -> dict[str, Any]:
    for name in reversed(key.split(".")):
        value = {name: value}
    return value


@pytest.mark.parametrize("info", ALL, ids=lambda info: info.key)
def test_every_setting_can_be_shown_in_a_form(info: Any) -> None:
    assert info.title
    assert info.help.rstrip().endswith(".")
    assert info.type in (int, float, bool, str)
    assert value_at(ExperimentConfig(), info.path) == info.default
    if info.type in (int, float):
        assert info.minimum <= info.default <= info.maximum
    if info.choices:
        assert info.default in info.choices
        assert set(info.labels) == set(info.choices)


@pytest.mark.parametrize("info", [each for each in ALL if each.minimum is not None], ids=lambda info: info.key)
def test_values_beyond_the_range_are_refused_with_setting_value_and_range(info: Any) -> None:
    for limit, beyond in ((info.minimum, info.minimum - 1), (info.maximum, info.maximum + 1)):
        assert limit is not None
        with pytest.raises(SettingsError) as caught:
            parse(nested(info.key, beyond))
        message = str(caught.value)
        assert message.startswith(f"{info.key}: ")
        assert f"{beyond} is not allowed" in message
        assert info.allowed in message
        assert info.allowed.count(" to ") == 1


@pytest.mark.parametrize("info", [each for each in ALL if each.choices], ids=lambda info: info.key)
def test_choices_are_named_when_another_is_given(info: Any) -> None:
    with pytest.raises(SettingsError, match=f"{info.key}: “nothing like it” is not allowed; it must be one of"):
        parse(nested(info.key, "nothing like it"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"semantic_ids": {"dept": 3}}, r"semantic_ids\.dept: .*Did you mean semantic_ids\.depth"),
        ({"semantic_ids": 3}, r"semantic_ids: 3 is not allowed: this is a group"),
        ({"colour": "red"}, r"colour: There is no such setting"),
        ({"training": {"epochs": 1.5}}, r"training\.epochs: 1\.5 is not allowed; it must be a whole number from 1"),
        ({"training": {"learning_rate": "fast"}}, r"training\.learning_rate: “fast” .* a number from 1e-06 to 1"),
        ({"model": {"shared_encoder": "perhaps"}}, r"model\.shared_encoder: .* true or false"),
        ({"alignment": {"alpha": float("nan")}}, r"alignment\.alpha: nan"),
        ({"model": {"dim": 10, "cross_heads": 4}}, r"model\.cross_heads: 4 does not divide the width 10"),
        ({"model": {"dim": 64, "heads": 5}}, r"model\.heads: 5 does not divide"),
        ({"text": {"encoder": "folder"}}, r"text\.source: needs a folder"),
        ({"semantic_ids": {"depth": 2}, "alignment": {"shared_prefix": 3}}, r"^alignment\.shared_prefix: 3 is more"),
    ],
)
def test_faults_are_said_in_words(values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        parse(values)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({"seed": -1, "semantic_ids": {"depth": 0, "codebook_size": 1}})
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()] == [
        "seed",
        "semantic_ids.depth",
        "semantic_ids.codebook_size",
    ]


def test_settings_do_not_change_in_place() -> None:
    config = ExperimentConfig()
    with pytest.raises(ValueError, match="frozen"):
        config.seed = 3  # type: ignore[misc]


def test_overrides_are_read_as_toml_and_else_as_text() -> None:
    values = override(
        {"seed": 1, "semantic_ids": {"depth": 2}},
        [
            "semantic_ids.codebook_size=64",
            "alignment.alpha = 0.5",
            "model.shared_encoder=false",
            "data.dataset=my films",
        ],
    )
    config = parse(values)
    assert (config.seed, config.semantic_ids.depth, config.semantic_ids.codebook_size) == (1, 2, 64)
    assert (config.alignment.alpha, config.model.shared_encoder, config.data.dataset) == (0.5, False, "my films")


def test_overrides_leave_what_they_are_given_alone() -> None:
    given_values = {"semantic_ids": {"depth": 2}}
    override(given_values, ["semantic_ids.depth=5"])
    assert given_values == {"semantic_ids": {"depth": 2}}


@pytest.mark.parametrize("assignment", ["semantic_ids.depth", "=3", ""])
def test_an_override_needs_a_name_and_a_value(assignment: str) -> None:
    with pytest.raises(SettingsError, match=r"section\.key=value"):
        override({}, [assignment])


def test_an_override_below_a_single_setting_is_refused() -> None:
    with pytest.raises(SettingsError, match="“seed” is a single setting"):
        override({"seed": 1}, ["seed.deeper=1"])


def test_toml_and_back_is_the_same(tmp_path: Path) -> None:
    config = parse({"name": "Zweite „Probe“ α", "seed": 3, "alignment": {"alpha": 0.05}, "model": {"kind": "sid"}})
    path = tmp_path / "config.toml"
    path.write_text(to_toml(config), encoding="utf-8")
    assert parse(read_toml(path)) == config


@given(
    depth=st.integers(1, 8),
    alpha=st.floats(0, 10),
    rate=st.floats(1e-6, 1),
    name=st.text(st.characters(exclude_categories=("Cs",)), max_size=30),
)
def test_any_settings_survive_toml(depth: int, alpha: float, rate: float, name: str) -> None:
    import tomllib

    config = parse(
        {
            "name": name,
            "semantic_ids": {"depth": depth},
            "alignment": {"alpha": alpha},
            "training": {"learning_rate": rate},
        }
    )
    assert parse(tomllib.loads(to_toml(config))) == config


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"seed = ", "not valid TOML"), (b"name = '\xff'", "UTF-8"), (None, "cannot be read")],
)
def test_a_bad_settings_file_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=rf"mine\.toml.*{message}"):
        read_toml(path)


def test_the_presets_are_valid_and_the_sample_comes_first() -> None:
    found = presets()
    assert found[0].name == "sample"
    assert {"sample", "quick", "paper"} <= {each.name for each in found}
    assert all(each.title and each.description for each in found)
    assert preset("paper").config.training.loss == "bce"


@pytest.mark.parametrize("name", ["nonsense", "../presets/sample", "", "sample.toml"])
def test_an_unknown_preset_names_those_there_are(name: str) -> None:
    with pytest.raises(SettingsError, match=r"There are: .*paper.*sample"):
        preset(name)


def test_a_preset_file_is_read_without_its_description(tmp_path: Path) -> None:
    values = {"preset": {"title": "Mine"}, "seed": 4}
    (tmp_path / "mine.toml").write_text(tomli_w.dumps(values), encoding="utf-8")
    assert preset("mine", tmp_path).title == "Mine"
    assert read_toml(tmp_path / "mine.toml") == {"seed": 4}


def test_sections_have_titles() -> None:
    assert ("semantic_ids", "Semantic IDs") in sections_of(ExperimentConfig)


def test_a_setting_may_be_left_empty_and_says_what_that_means() -> None:
    known = {info.key: info for info in settings_of(PreparationSettings)}
    rating, day, users = known["least_rating"], known["first_date"], known["max_users"]
    assert (rating.type, day.type, users.type) == (float, date, int)
    assert rating.optional
    assert not known["k_core"].optional
    assert day.allowed == "a date such as 2024-05-31, or nothing"
    assert users.allowed.startswith("a whole number from 1 to ")
    assert (rating.words(None), rating.words(3.5)) == ("any rating", "3.5")
    assert known["duplicates"].words("last") == "Keep only the last"


@pytest.mark.parametrize("value", ["2014", "20140101", "2014-1-1", "1389312000", "2014-02-30", "soon", "true"])
def test_a_date_is_written_out_or_refused(value: str) -> None:
    with pytest.raises(SettingsError, match=r"first_date: .* is not allowed; it must be a date such as 2024-05-31"):
        parse(override({}, [f"first_date={value}"]), PreparationSettings)


@pytest.mark.parametrize("value", ["2014-01-31", '"2014-01-31"', " 2014-01-31 "])
def test_a_date_is_read(value: str) -> None:
    found = parse(override({}, [f"first_date={value}"]), PreparationSettings)
    assert found.first_date == date(2014, 1, 31)
    assert found.model_dump(mode="json")["first_date"] == "2014-01-31"


def test_preparation_settings_speak_the_same_way() -> None:
    with pytest.raises(SettingsError, match="k_core: 0 is not allowed; it must be a whole number from 1 to 1000"):
        parse({"k_core": 0}, PreparationSettings)


@pytest.mark.parametrize(("kind", "uses"), [("h2rec", True), ("sid", True), ("hid", False), ("popularity", False)])
def test_which_models_use_semantic_ids(kind: str, uses: bool) -> None:
    assert parse({"model": {"kind": kind}}).uses_semantic_ids is uses


def test_a_run_is_called_by_its_name_or_by_model_and_dataset() -> None:
    assert parse({"data": {"dataset": "films"}}).title == "H2Rec on films"
    assert parse({"name": "  mine "}).title == "mine"
    assert all(parse({"model": {"kind": kind}}).title for kind in ("hid", "sid", "popularity"))


def test_a_settings_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 3\n")
    assert read_toml(path) == {"seed": 3}


def test_a_file_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("seed = " + "[" * 5000 + "]" * 5000)
    with pytest.raises(SettingsError, match="nested too deeply"):
        read_toml(path)
    with pytest.raises(SettingsError, match="seed"):
        parse(override({}, ["seed=" + "[" * 5000 + "]" * 5000]))


def test_a_value_for_a_whole_group_is_refused_with_an_example() -> None:
    with pytest.raises(
        SettingsError, match=r"model: 1 is not allowed: this is a group of settings such as model\.kind"
    ):
        parse({"model": 1})


def test_a_value_that_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match="name: the value is not text"):
        override({}, ["name=caf\udce9"])
