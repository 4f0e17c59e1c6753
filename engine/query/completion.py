"""What may stand where the cursor is, while a query is typed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.query.language import METRIC
from engine.query.names import METRIC_WORDS, PART_WORDS, SOURCE_WORDS, by_any_word, names

_VALUE = re.compile(
    r"([^\s()=!<>~,\"]+)\s*(?:<=|>=|!=|!~|[=<>~]|(?:not\s+)?in\s*\((?:[^()]*,)?)\s*(\"[^\"]*|[^\s()=!<>~,\"]*)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s()=!<>~,\"]*$")
_COMPLETE = re.compile(rf"(?:{METRIC}|[^\s()=!<>~,\"]+)\s*(?:<=|>=|!=|!~|[=<>~])\s*[^\s()]+\s+$|\)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Completion:
    """The `choices` for the text from `start` up to the cursor."""

    start: int
    choices: tuple[str, ...]


def complete(text: str, values: Mapping[str, Sequence[str]], *, all_names: bool = False) -> Completion:
    """What may stand at the end of `text`, the part of a query before the cursor.

    `values` maps a name such as "dataset" to the values that runs have. Names are offered when two letters of one are
    there, or with `all_names` always: who only searches for words shall not be bothered.
    """
    behind = _VALUE.search(text)
    if behind is not None:
        name, begun = by_any_word().get(behind[1].casefold()), behind[2]
        start = len(text) - len(begun)
        if name is None:
            return Completion(start, ())
        offered = [*name.choices] or list(values.get(name.word, ()))
        return Completion(start, _fitting(begun.strip('"'), map(quoted, offered)))
    begun = _WORD.search(text)[0]  # type: ignore[index]
    start = len(text) - len(begun)
    joining = ["and", "or"] if _COMPLETE.search(text[:start]) else []
    if len(begun) < 2 and not joining and not all_names:
        return Completion(start, ())
    metrics = [f"{word}@10" for word in METRIC_WORDS.values()]
    offered = [*joining, *names(), *metrics, *PART_WORDS, *SOURCE_WORDS, "not"]
    wanted = begun.casefold()
    fitting = (each for each in dict.fromkeys(offered) if each.casefold().startswith(wanted) and each != begun)
    return Completion(start, tuple(fitting))


def quoted(value: str) -> str:
    """A value as it has to be written in a query."""
    return value if re.fullmatch(r"[^\s()=!<>~,\"%][^\s(),\"]*", value) and value != "none" else f'"{value}"'


def _fitting(begun: str, offered: "Sequence[str] | map[str]") -> tuple[str, ...]:
    wanted = begun.casefold()
    first = list(dict.fromkeys(offered))
    starting = [each for each in first if each.strip('"').casefold().startswith(wanted)]
    holding = [each for each in first if wanted in each.casefold() and each not in starting]
    return tuple(each for each in (*starting, *holding) if each.strip('"') != begun)
