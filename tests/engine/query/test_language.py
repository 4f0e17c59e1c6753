"""What queries mean, what is wrong with others, and what is offered while one is typed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.query import All, Any, Compare, MetricName, Not, QueryError, Span, Words, complete, parse
from engine.query.nodes import EVERYTHING

NOW = datetime(2026, 8, 12, 14, 5, tzinfo=timezone(timedelta(hours=2)))
SEED = Compare("seed", "=", 1.0)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", EVERYTHING),
        ("  h2rec, no gate ", Words("h2rec, no gate")),
        ("HID + SID in beauty", Words("HID + SID in beauty")),
        ("model = H2Rec", Compare("model", "=", "h2rec")),
        ('model = "hid + sid sum"', Compare("model", "=", "hid_sid_sum")),
        ("quantiser=RQ-VAE", Compare("quantiser", "=", "rq-vae")),
        ("seed = 1 AND dataset = a-b", All((SEED, Compare("dataset", "=", "a-b")))),
        ("seed = 1 dataset = a", All((SEED, Compare("dataset", "=", "a")))),
        ("gate seed = 1", All((Words("gate"), SEED))),
        ("seed in (0, 1)", Any((Compare("seed", "=", 0.0), SEED))),
        ("seed not in (1)", Not(Any((SEED,)))),
        ("seed != 1", Not(SEED)),
        ('not name ~ "a (b)"', Not(Compare("name", "~", "a (b)"))),
        ("seed = 1 or seed = 1 and not x", Any((SEED, All((SEED, Not(Words("x"))))))),
        ("(seed = 1 or x) and y", All((Any((SEED, Words("x"))), Words("y")))),
        ("tail NDCG@10 > 0.02", Compare(MetricName("ndcg", "tail", None, 10), ">", 0.02)),
        ("ndcg >= 2 %", Compare(MetricName("ndcg"), ">=", 0.02)),
        ("sampled head hr@5 < 50%", Compare(MetricName("hr", "head", "sampled", 5), "<", 0.5)),
        ("last mrr = none", Compare(MetricName("mrr", source="last"), "=", None)),
        ("validation ndcg@20 tail != none", Not(Compare(MetricName("ndcg", "tail", "best", 20), "=", None))),
        ("duration > 1 h 30 min and x", All((Compare("seconds", ">", 5400.0), Words("x")))),
        ("duration <= 90", Compare("seconds", "<=", 90.0)),
        ("tag = none", Compare("tags", "=", None)),
        ('tag = "none"', Compare("tags", "=", "none")),
        ("K = 128 α > 0", All((Compare("codebook_size", "=", 128.0), Compare("alpha", ">", 0.0)))),
    ],
)  # fmt: skip
def test_a_query_means_what_it_says(text: str, meaning: object) -> None:
    assert parse(text) == meaning


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2026-08-12", (2026, 8, 11, 22), (2026, 8, 12, 22)),
        ("today", (2026, 8, 11, 22), (2026, 8, 12, 22)),
        ("yesterday", (2026, 8, 10, 22), (2026, 8, 11, 22)),
        ("2025-12", (2025, 11, 30, 22), (2025, 12, 31, 22)),
        ("2026", (2025, 12, 31, 22), (2026, 12, 31, 22)),
        ("2026-08-12 14:05", (2026, 8, 12, 12, 5), (2026, 8, 12, 12, 6)),
    ],
)
def test_dates_are_those_of_the_clock_on_the_wall(written: str, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    meant = parse(f"date = {written}", NOW)
    assert isinstance(meant, Compare)
    assert meant.value == Span(datetime(*start, tzinfo=UTC), datetime(*end, tzinfo=UTC))  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "character", "words"),
    [
        ("model =", 8, "a value is missing behind “=”: h2rec, hid"),
        ("tail ndcg >", 12, "a number such as 0.02 or 2 %"),
        ("model = foo", 9, "no model “foo”. There are: h2rec"),
        ("modle = hid", 1, "Did you mean “model”?"),
        ("x tail NDCG@7 > 0.1", 13, "kept at 5, 10, 20, not at “7”"),
        ("NDCG > 3", 8, "Did you mean 3 %?"),
        ("head tail NDCG > 0.1", 1, "one of overall, head, tail"),
        ("seed ~ 3", 6, "allowed are =, !=, <"),
        ("name < a", 6, "allowed are =, !=, ~"),
        ("alpha > none", 7, "allowed are =, !=."),
        ("seed = x", 8, "a number such as 4 or 0.5, not “x”"),
        ("seed = inf", 8, "a number such as"),
        ("date > 2026-13", 8, "a date such as"),
        ("duration > long", 12, "5 min or 1 h 30 min"),
        ("(seed = 1", 1, "bracket is not closed"),
        ("seed = 1)", 9, "nothing to close"),
        ('name = "a', 8, "quotation mark is not closed"),
        ("seed in (0,", 12, "value is missing"),
        ("seed = 1 and", 13, "something is missing behind “and”"),
        ("a, b = c", 2, "a comma stands only in a list"),
        ("= 3", 1, "needs a name before it: model"),
        ("()", 2, "brackets are empty"),
        ("seed = 1 " + "x" * 2000, 2001, "2,000 characters"),
        ("(" * 300 + "seed = 1" + ")" * 300, 301, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_what_is_allowed(text: str, character: int, words: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(text)
    assert str(error.value).startswith(f"Character {character}: ")
    assert words in str(error.value)
    assert error.value.position == character - 1


@given(
    st.lists(
        st.sampled_from([*"()=<>!~,\"'%\\", "and ", "or ", "not ", "in ", "seed", " ", "1", "x;--", "tail ndcg@10"])
    )
)
def test_whatever_is_typed_is_understood_or_refused(pieces: list[str]) -> None:
    text = "".join(pieces)
    place = 0
    try:
        parse(text)
    except QueryError as error:
        place = error.position
    assert 0 <= place <= len(text)


VALUES = {"dataset": ["beauty", "my data"], "tag": ["paper"]}


@pytest.mark.parametrize(
    ("text", "start", "some"),
    [
        ("mo", 0, ("model",)),
        ("model = h2", 8, ("h2rec",)),
        ("dataset = ", 10, ("beauty", '"my data"')),
        ('dataset = "my', 10, ('"my data"',)),
        ("dataset in (beauty, m", 20, ('"my data"',)),
        ("tail nd", 5, ("NDCG@10",)),
        ("seed = 1 a", 9, ("and", "alpha")),
        ("seed = 1 ", 9, ("and", "or")),
        ("", 0, ()),
        ("nothing = ", 10, ()),
    ],
)
def test_names_and_values_are_offered_as_they_are_typed(text: str, start: int, some: tuple[str, ...]) -> None:
    offered = complete(text, VALUES)
    assert offered.start == start
    assert offered.choices[: len(some)] == some
