"""The person's own presets: kept, renamed, deleted, never overwritten unasked; one bad file harms no other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import AlignmentSettings, ExperimentConfig
from engine.errors import SettingsError
from engine.home import Home
from engine.presets import OwnPresets, find_preset
from engine.settings import read_toml

MINE = ExperimentConfig(seed=4, alignment=AlignmentSettings(alpha=0.3))


@pytest.fixture
def own(home: Home) -> OwnPresets:
    return OwnPresets(home)


def titles(own: OwnPresets) -> list[str]:
    return [each.title for each in own.read().presets]


def test_a_preset_is_kept_under_its_title(own: OwnPresets, home: Home) -> None:
    assert own.read().presets == []
    made = own.save("  Gate study: wide  ", MINE)
    assert (made.name, made.title, made.config) == ("gate-study-wide", "Gate study: wide", MINE)
    assert own.read().presets == [made]
    assert find_preset("gate-study-wide", home) == made
    assert find_preset("sample", home).title == "First experiment"
    with pytest.raises(SettingsError, match=r"There are: .*gate-study-wide.*sample"):
        find_preset("other", home)


def test_nothing_is_overwritten_unasked(own: OwnPresets) -> None:
    own.save("Mine", MINE)
    other = MINE.model_copy(update={"seed": 9})
    with pytest.raises(SettingsError, match="There is already a preset “Mine”"):
        own.save("mine", other)
    assert own.read().presets[0].config == MINE
    assert own.has(" MINE ")
    own.save("mine", other, replace=True)
    assert [(each.title, each.config.seed) for each in own.read().presets] == [("mine", 9)]
    for replace in (False, True):
        with pytest.raises(SettingsError, match="already a preset “First experiment”"):
            own.save("first experiment", MINE, replace=replace)


def test_titles_that_make_the_same_file_name_stay_apart(own: OwnPresets, home: Home) -> None:
    names = [own.save(title, MINE).name for title in ("a b", "a-b", "Sample", "α")]
    assert names == ["a-b", "a-b-2", "sample-2", "α"]
    assert sorted(titles(own)) == ["Sample", "a b", "a-b", "α"]


def test_a_preset_gets_another_name_or_goes(own: OwnPresets, home: Home) -> None:
    made, other = own.save("One", MINE), own.save("Two", MINE)
    with pytest.raises(SettingsError, match="already a preset “Two”"):
        own.rename(made, "two")
    renamed = own.rename(made, "Three")
    assert (renamed.name, renamed.config) == ("three", MINE)
    assert sorted(path.name for path in home.presets.iterdir()) == ["three.toml", "two.toml"]
    assert own.rename(renamed, "THREE").title == "THREE"
    own.delete(other)
    own.delete(other)
    assert titles(own) == ["THREE"]


@pytest.mark.parametrize("title", ["", "   ", "x" * 61, "two\nlines", "…!", "\x00"])
def test_a_title_must_be_one(own: OwnPresets, title: str) -> None:
    with pytest.raises(SettingsError, match="A preset needs a name"):
        own.save(title, MINE)
    assert own.read().presets == []


def test_a_bad_file_is_named_and_keeps_none_away(own: OwnPresets, home: Home) -> None:
    own.save("Good", MINE)
    (home.presets / "bad.toml").write_text("seed = [")
    (home.presets / "wrong.toml").write_text("[semantic_ids]\ndepth = 99")
    found = own.read()
    assert [each.title for each in found.presets] == ["Good"]
    assert len(found.faults) == 2
    assert "bad.toml cannot be used" in found.faults[0]
    assert "semantic_ids.depth: 99 is not allowed" in found.faults[1]


def test_a_folder_that_cannot_be_written_is_said(home: Home) -> None:
    home.presets.write_text("a file in the way")
    with pytest.raises(SettingsError, match="cannot be kept in"):
        OwnPresets(home).save("Mine", MINE)


@given(title=st.text(max_size=70))
def test_whatever_the_title_the_file_stays_in_its_folder(title: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = OwnPresets(home := Home(tmp_path_factory.mktemp("home")))
    try:
        made = own.save(title, MINE)
    except SettingsError:
        assert not home.presets.exists()
        return
    (path,) = home.presets.iterdir()
    assert path == home.presets / f"{made.name}.toml"
    assert Path(path.name).name == path.name
    assert read_toml(path) == MINE.model_dump(mode="json")
    assert own.read().presets == [made]
