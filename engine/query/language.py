"""From the text of a query to what it means, or to what is wrong with it."""

import re
from collections.abc import Sequence
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, cast

from engine.query.errors import QueryError
from engine.query.names import CUTOFFS, METRIC_WORDS, PART_WORDS, SOURCE_WORDS, Name, by_any_word, names
from engine.query.nodes import EVERYTHING, All, Any, Compare, Condition, MetricName, Not, Operator, Words
from engine.query.values import share, value_of

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

# A name is known by the sign behind it, so that words can stand beside comparisons.
_BEHIND = r"(?=\s*(?:[=<>~]|!=|!~)|\s+(?:not\s+)?in\s*\()"
_BEFORE = "|".join([*SOURCE_WORDS, *PART_WORDS])
METRIC = rf"(?:(?:{_BEFORE})\s+)*(?:{'|'.join(METRIC_WORDS)})(?:@\w*)?(?:\s+(?:{'|'.join(PART_WORDS)}))?"
_GRAMMAR = rf"""
    start: any
    any: all (_OR all)*
    all: negation (_AND? negation)*
    ?negation: _NOT negation -> negated
        | "(" any ")"
        | comparison
        | (WORD | TEXT) -> words
    comparison: (METRIC | NAME) OPERATOR VALUE
        | (METRIC | NAME) NOT_IN? _IN VALUE (_COMMA VALUE)* ")" -> among

    METRIC.5: /{METRIC}{_BEHIND}/i
    NAME.4: /[^\s()=!<>~,"]+{_BEHIND}/
    _OR.3: /or(?=[\s()"]|$)/i
    _AND.3: /and(?=[\s()"]|$)/i
    _NOT.3: /not(?=[\s()"]|$)/i
    NOT_IN.3: /not(?=\s+in\s*\()/i
    _IN: /in\s*\(/i
    _COMMA: ","
    OPERATOR: /<=|>=|!=|!~|[=<>~]/
    TEXT: /"[^"]*"/
    WORD: /[^\s()=!<>~,"]+/
    VALUE.2: /"[^"]*"|\d{{4}}-\d\d?-\d\d?[ T]\d\d?:\d\d|\d+(?:\.\d+)?\s*(?:%|(?:d|h|min|s)\b(?:\s*\d+\s*(?:h|min|s)\b)*)|[^\s()=!<>~,"][^\s(),"]*/i
    %ignore /\s+/
"""
LONGEST, DEEPEST = 2000, 120  # characters, and levels of the tree
_SIGNS = re.compile(r'[=<>~()"]|(?:^|\s)(?:and|or|not)(?:\s|$)', re.IGNORECASE)
_LAST_NAME = re.compile(
    rf"({METRIC}|[^\s()=!<>~,\"]+)\s*(<=|>=|!=|!~|[=<>~]|(?:not\s+)?in\s*\()[^()=<>~!]*$", re.IGNORECASE
)


def parse(text: str, now: datetime | None = None) -> Condition:
    """What a query asks for; an empty one asks for everything. Raises QueryError.

    Dates are meant in the time zone of `now`, by default this machine's.
    """
    if not text.strip():
        return EVERYTHING
    if not _SIGNS.search(text):
        return Words(text.strip())
    if len(text) > LONGEST:
        raise QueryError(f"a query may have {LONGEST:,} characters.", LONGEST)
    from lark.exceptions import UnexpectedInput

    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        raise _explained(text, error) from None
    return _Meaning(now or datetime.now().astimezone()).of(tree, DEEPEST)


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=False)


class _Meaning:
    """From the parser's tree to conditions."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def of(self, tree: "Tree[Token]", depth: int) -> Condition:
        """`depth`: how many levels may be below. Raises QueryError when there are more."""
        parts = tree.children
        if not depth:
            raise QueryError("brackets are nested too deeply.", next(tree.scan_values(lambda _: True)).start_pos or 0)
        match str(tree.data):
            case "any":
                return _joined(Any, [self.of(cast("Tree[Token]", part), depth - 1) for part in parts])
            case "all":
                return _joined(All, [self.of(cast("Tree[Token]", part), depth - 1) for part in parts])
            case "negated":
                return Not(self.of(cast("Tree[Token]", parts[0]), depth - 1))
            case "words":
                return Words(str(parts[0]).strip('"'))
            case "comparison":
                name, operator, value = cast("list[Token]", parts)
                return self._compare(name, str(operator), operator.start_pos or 0, value)
            case "among":
                name, *others = cast("list[Token]", parts)
                negated = others[0].type == "NOT_IN"
                found = Any(tuple(self._compare(name, "=", value.start_pos or 0, value) for value in others[negated:]))
                return Not(found) if negated else found
            case _:
                return self.of(cast("Tree[Token]", parts[0]), depth - 1)

    def _compare(self, name: "Token", operator: str, at: int, value: "Token") -> Condition:
        if operator.startswith("!"):
            return Not(self._compare(name, operator[1:], at, value))
        compared, allowed = _named(name)
        position = value.start_pos or 0
        meant: object
        if isinstance(compared, MetricName):
            meant = None if value.casefold() == "none" else share(str(value).strip('"'), position)
        elif operator == "~":
            meant = str(value).strip('"')
        else:
            meant = value_of(compared, str(value), position, self._now)
        if operator not in allowed or (meant is None and operator != "="):
            word = str(name) if isinstance(compared, MetricName) else compared.word
            shown = "=, !=" if meant is None and operator in allowed else ", ".join(allowed)
            raise QueryError(f"“{operator}” does not go with “{word}” here; allowed are {shown}.", at)
        which = compared if isinstance(compared, MetricName) else compared.column
        return Compare(which, cast(Operator, operator), cast("str | float | None", meant))


def _joined(kind: type[All] | type[Any], conditions: list[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else kind(tuple(conditions))


def _named(token: "Token") -> tuple[Name | MetricName, tuple[str, ...]]:
    """What a name means, and which signs may stand behind it. Raises QueryError when it is unknown."""
    at = token.start_pos or 0
    if token.type == "METRIC":
        return _metric(str(token), at), ("=", "!=", "<", "<=", ">", ">=")
    known = by_any_word()
    found = known.get(token.casefold())
    if found is None:
        close = get_close_matches(token.casefold(), [*known, "ndcg", "hr", "mrr"], n=1)
        meant = f" Did you mean “{close[0]}”?" if close else ""
        raise QueryError(f"there is no “{token}”.{meant} There are: {_all_names()}.", at)
    return found, found.operators


def _metric(text: str, at: int) -> MetricName:
    metric, part, source, k = "ndcg", [], [], None
    for word in text.casefold().split():
        if word in PART_WORDS:
            part.append(word)
        elif word in SOURCE_WORDS:
            source.append(SOURCE_WORDS[word])
        else:
            metric, has_cutoff, cutoff = word.partition("@")
            if has_cutoff and cutoff not in map(str, CUTOFFS):
                place = at + text.index("@") + 1
                raise QueryError(f"metrics are kept at {', '.join(map(str, CUTOFFS))}, not at “{cutoff}”.", place)
            k = int(cutoff) if cutoff else None
    if len(part) > 1 or len(source) > 1:
        raise QueryError("a metric takes one of overall, head, tail and one of full, sampled, validation, last.", at)
    return MetricName(metric, part[0] if part else "overall", source[0] if source else None, k)  # type: ignore[arg-type]


def _all_names() -> str:
    return ", ".join([*names(), "tail NDCG@10 and other metrics"])


def _explained(text: str, error: Exception) -> QueryError:
    """The parser's complaint in words."""
    place = getattr(error, "pos_in_stream", None)
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    position = len(text.rstrip()) if at_end or place is None else int(place)
    expected: Sequence[str] = sorted(getattr(error, "expected", None) or getattr(error, "allowed", None) or ())
    if text.count('"') % 2:
        return QueryError("the quotation mark is not closed.", text.rindex('"'))
    before = _LAST_NAME.search(text[:position])
    if "VALUE" in expected and before is not None:
        return QueryError(f"a value is missing behind “{before[2].strip()}”{_allowed_for(before[1])}.", position)
    if at_end:
        opened = _unclosed(text)
        if opened is not None and expected != ["VALUE"] and not re.search(r"(?:^|[\s(])(and|or|not)\s*$", text, re.I):
            return QueryError("the bracket is not closed.", opened)
        words = text.split()
        return QueryError(f"something is missing behind “{words[-1]}”: a comparison such as seed = 0.", position)
    sign = text[position]
    if sign == ")":
        return QueryError(
            "there is nothing to close here." if _unclosed(text[:position]) is None else "the brackets are empty.",
            position,
        )
    if sign == ",":
        return QueryError("a comma stands only in a list, as in seed in (0, 1).", position)
    if sign in "=<>~!":
        return QueryError(f"“{sign}” needs a name before it: {_all_names()}.", position)
    word = text[position:].split()[0]
    return QueryError(f"“{word}” is not understood here; put text that is searched for into quotation marks.", position)


def _allowed_for(word: str) -> str:
    if re.fullmatch(METRIC, word, re.IGNORECASE):
        return ": a number such as 0.02 or 2 %"
    found = by_any_word().get(word.casefold())
    return f": {found.allowed}" if found is not None else ""


def _unclosed(text: str) -> int | None:
    """Where the last bracket stands that nothing closes."""
    opened: list[int] = []
    for place, sign in enumerate(re.sub(r'"[^"]*"', lambda found: " " * len(found[0]), text)):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            opened.pop()
    return opened[-1] if opened else None
