"""From what stands behind a sign to the value that it means."""

import re
from datetime import datetime, timedelta

from engine.query.errors import QueryError
from engine.query.names import Name
from engine.query.nodes import Span

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(d|h|min|s)\b", re.IGNORECASE)
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[ T](\d{1,2}):(\d{2}))?")
NONE = "none"


def value_of(name: Name, written: str, position: int, now: datetime) -> str | float | Span | None:
    """The value that `written` means for a name; it stands at `position`. Raises QueryError.

    `now` is the present, in the time zone in which dates are meant.
    """
    quoted = written.startswith('"')
    text = written.strip('"') if quoted else written
    if not quoted and text.casefold() == NONE:
        return None
    match name.kind:
        case "choice":
            return _choice(name, text, position)
        case "text" | "tags":
            return text
        case "number":
            return number(text, position, f"“{name.word}” takes {name.allowed}")
        case "duration":
            return _duration(name, text, position)
        case "date":
            return _span(name, text, position, now)


def number(text: str, position: int, wanted: str) -> float:
    """A finite number. Raises QueryError."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value - value != 0:
        raise QueryError(f"{wanted}, not “{text}”.", position)
    return value


def share(text: str, position: int) -> float:
    """A metric from 0 to 1, written as 0.02 or 2 %. Raises QueryError."""
    wanted = "a metric is compared with a number such as 0.02 or 2 %"
    percent = text.endswith("%")
    value = number(text.rstrip("% "), position, wanted) / (100 if percent else 1)
    if not 0 <= value <= 1:
        meant = f" Did you mean {text} %?" if not percent and value <= 100 else ""
        raise QueryError(f"metrics lie between 0 and 1, or 0 % and 100 %.{meant}", position)
    return value


def _choice(name: Name, text: str, position: int) -> str:
    wanted = text.casefold()
    for value, title in name.choices.items():
        if wanted in (value.casefold(), title.casefold()):
            return value
    raise QueryError(f"there is no {name.word} “{text}”. There are: {name.allowed}.", position)


def _duration(name: Name, text: str, position: int) -> float:
    parts = _DURATION.findall(text)
    if parts and not _DURATION.sub("", text).strip():
        return sum(float(amount) * _SECONDS[unit.lower()] for amount, unit in parts)
    return number(text, position, f"“{name.word}” takes {name.allowed}")


def _span(name: Name, text: str, position: int, now: datetime) -> Span:
    """The minute, day, month or year that a text names."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    known = {"today": (today, today + day), "yesterday": (today - day, today)}
    if text.casefold() in known:
        return Span(*known[text.casefold()])
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month, at_day, hour, minute = (int(part) if part else None for part in found.groups())
        start = today.replace(year=year or 1, month=month or 1, day=at_day or 1, hour=hour or 0, minute=minute or 0)
        if hour is not None:
            end = start + timedelta(minutes=1)
        elif at_day is not None:
            end = start + day
        elif month is not None:
            end = start.replace(year=start.year + month // 12, month=month % 12 + 1)
        else:
            end = start.replace(year=start.year + 1)
    except (ValueError, OverflowError):
        raise QueryError(f"“{name.word}” takes {name.allowed}, not “{text}”.", position) from None
    return Span(start, end)
