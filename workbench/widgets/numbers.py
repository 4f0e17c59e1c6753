"""Numbers in words: the same form for metrics, durations and counts everywhere."""

from typing import Literal

MetricFormat = Literal["percent", "decimal"]
NOTHING = "–"

_metric_format: MetricFormat = "percent"


def use_metric_format(chosen: MetricFormat) -> None:
    """Show metrics as percentages or as four decimals from now on."""
    global _metric_format
    _metric_format = chosen


def metric(value: float | None) -> str:
    """A ranking metric from 0 to 1, as "12.34 %" or "0.1234"; a dash where there is none."""
    if value is None or value != value:
        return NOTHING
    return f"{value * 100:.2f} %" if _metric_format == "percent" else f"{value:.4f}"


def metric_spread(mean: float | None, deviation: float | None) -> str:
    """A metric over several seeds as mean ± standard deviation: "12.34 ± 0.10 %" or "0.1234 ± 0.0010"."""
    if mean is None or deviation is None:
        return metric(mean)
    if _metric_format == "percent":
        return f"{mean * 100:.2f} ± {deviation * 100:.2f} %"
    return f"{mean:.4f} ± {deviation:.4f}"


def metric_difference(value: float, base: float) -> str:
    """How far a metric is from another, in points and in percent of the other: "+0.42 · +7.2 %", "−0.09 · −2.8 %"."""
    points = f"{(value - base) * 100:+.2f}" if _metric_format == "percent" else f"{value - base:+.4f}"
    both = f"{points} · {100 * (value - base) / base:+.1f} %" if base else points
    return both.replace("-", "−")


def share(value: float | None) -> str:
    """A share of a whole as a percentage with one decimal: "98.4 %"."""
    return NOTHING if value is None or value != value else f"{value * 100:.1f} %"


def count(number: int | float | None) -> str:
    """A number of things: "12,101"."""
    return NOTHING if number is None else f"{number:,.0f}"


def decimal(value: float | None, digits: int = 3) -> str:
    """A plain number with a fixed number of decimals."""
    return NOTHING if value is None or value != value else f"{value:,.{digits}f}"


def significant(value: float | None) -> str:
    """A number of any size with three significant figures: "0.001", "12.3"."""
    return NOTHING if value is None or value != value else f"{value:.3g}"


def gigabytes(value: float | None) -> str:
    """Bytes in GB with two decimals."""
    return NOTHING if value is None or value != value else f"{value / 1e9:.2f} GB"


def duration(seconds: float | None) -> str:
    """A duration as people say it: "0.4 s", "42 s", "3 min 05 s", "1 h 04 min"."""
    if seconds is None:
        return NOTHING
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def size(bytes: float) -> str:
    """An amount of memory: "640 KB", "38 MB", "1.3 GB"."""
    for unit in ("KB", "MB"):
        bytes /= 1000
        if bytes < 999.5:
            return f"{bytes:.0f} {unit}"
    return f"{bytes / 1000:.1f} GB"


def time_left(seconds: float) -> str:
    """An estimate, rounded to what it is worth: "about 3 min left"."""
    return f"{roughly(seconds)} left"


def roughly(seconds: float) -> str:
    """A duration that is only expected, rounded to what that is worth: "about 3 min"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 10) * 10} s"
    if seconds < 90:
        return "about 1 min"
    if seconds < 3300:
        minutes = round(seconds / 60)
        return f"about {minutes if minutes < 10 else round(minutes / 5) * 5} min"
    hours = round(seconds / 1800) / 2
    return f"about {hours:g} h"


def metric_tick(value: float, spacing: float) -> str:
    """A metric on an axis whose ticks are `spacing` apart, with no more decimals than that needs."""
    scale = 100.0 if _metric_format == "percent" else 1.0
    step = spacing * scale
    digits = 0 if step >= 1 else min(6, len(f"{step:.6f}".rstrip("0").partition(".")[2]))
    return f"{value * scale:.{digits}f}" + (" %" if _metric_format == "percent" else "")


def in_percent() -> bool:
    """Whether metrics are shown as percentages."""
    return _metric_format == "percent"


def metric_points(difference: float | None) -> str:
    """A difference of two metrics, in points where they are percentages: "+0.58", "−0.0058"."""
    if difference is None or difference != difference:
        return NOTHING
    return (f"{difference * 100:+.2f}" if in_percent() else f"{difference:+.4f}").replace("-", "−")
