"""Templates of items' texts: read, refused where they are wrong, and filled."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.raw import ColumnMapping
from engine.data.text_template import TextTemplate
from engine.errors import DataError


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("{title}. {genre}", ["Lamp", "Light"], "Lamp. Light"),
        ("{title}. {genre}", ["Lamp", ""], "Lamp"),
        ("{title}. {genre}", ["", "Light"], "Light"),
        ("{title}. {genre}", ["", ""], ""),
        ("Title: {title}. Kind: {genre}!", ["Lamp", "Light"], "Title: Lamp. Kind: Light!"),
        ("Title: {title}. Kind: {genre}!", ["", "Light"], "Kind: Light!"),
        ("Title: {title}. Kind: {genre}!", ["Lamp", ""], "Title: Lamp!"),
        ("{title} ({genre}), boxed", ["Lamp", "Light"], "Lamp (Light), boxed"),
        ("{title} ({genre}), boxed", ["Lamp", ""], "Lamp, boxed"),
        ("{title} ({genre}), boxed", ["", "Light"], "(Light), boxed"),
        ('"{title}" "{genre}"', ["", "Light"], '"Light"'),
        ("{{{title}}} {title}", ["Lamp"], "{Lamp} Lamp"),
        ("{title.__class__}", ["Lamp"], "Lamp"),
        ("{title:token_seq}", ["Lamp"], "Lamp"),
        ("{title!r:>90}", ["Lamp"], "Lamp"),
        ("{0}", ["Lamp"], "Lamp"),
    ],
)
def test_known_texts(template, values, text):
    assert TextTemplate.parse(template).fill(values) == text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{title", ["“{” at character 1 is never closed", "“{{”"]),
        ("a {title} {b {c}", ["“{” at character 11 is never closed"]),
        ("{title}}", ["“}” at character 8 closes nothing", "“}}”"]),
        ("{title}. { }", ["character 10", "no name of a column"]),
        ("just words", ["names no column", "{title}"]),
        ("{{title}}", ["names no column"]),
    ],
)
def test_wrong_templates_are_refused_with_the_place(template, words):
    with pytest.raises(DataError) as caught:
        TextTemplate.parse(template)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("titel", "There is no column “titel”. Did you mean “title”?"),
        ("title.__class__", "There is no column “title.__class__”."),
        ("title[0]", "There is no column “title[0]”."),
        ("x", "There is no column “x”. The columns are: title, genre."),
    ],
)
def test_only_columns_can_be_named(column, words):
    with pytest.raises(DataError) as caught:
        TextTemplate.parse(f"{{title}} {{{column}}}").check(["title", "genre"])
    assert words in str(caught.value)


@given(template=st.text(st.sampled_from("{}ab. !:)("), max_size=20))
def test_any_template_is_read_or_refused_and_is_written_as_it_was_read(template):
    try:
        made = TextTemplate.parse(template)
    except DataError:
        return
    assert TextTemplate.parse(str(made)) == made
    values = [f"<{column}>" for column in made.columns]
    plain = template.replace("{{", "\0").replace("}}", "\1")
    for column in made.columns:
        plain = re.sub(r"\{ *" + re.escape(column) + r" *\}", f"<{column}>", plain)
    assert made.fill(values) == plain.replace("\0", "{").replace("\1", "}")
    assert made.fill([""] * len(values)) == ""


@given(values=st.lists(st.sampled_from(["", "a", "b c", "d."]), min_size=1, max_size=5))
def test_columns_side_by_side_are_joined_as_without_a_template(values):
    columns = [f"column {number}" for number in range(len(values))]
    assert TextTemplate.joining(columns).fill(values) == ". ".join(filter(None, values))


def test_a_mapping_keeps_the_plain_way_of_saying_it():
    mapping = ColumnMapping("user", "item", item_id="item", text=("name",))
    plain = mapping.with_text("{title}. {genre}")
    assert (plain.text, plain.template) == (("title", "genre"), "")
    assert "template" not in plain.facts()
    other = mapping.with_text("{title} ({genre})")
    assert (other.text, other.template) == (("title", "genre"), "{title} ({genre})")
    assert other.facts()["template"] == "{title} ({genre})"
    assert other.text_template.fill(["A", "b"]) == "A (b)"
    assert mapping.with_text("  ").text == ()
    assert mapping.with_text("").text_template.fill([]) == ""
