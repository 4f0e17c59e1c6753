"""The named colour roles and their values in light and dark; no other module knows a colour."""

import math
from enum import StrEnum


class Role(StrEnum):
    """What a colour is for. Pages name a role, never a colour."""

    window = "window"
    surface = "surface"
    surface_raised = "surface_raised"
    border = "border"
    control_border = "control_border"
    text = "text"
    text_muted = "text_muted"
    text_disabled = "text_disabled"
    accent = "accent"
    accent_hover = "accent_hover"
    accent_text = "accent_text"
    selection = "selection"
    grid = "grid"
    good = "good"
    warning = "warning"
    bad = "bad"
    overall = "overall"
    head = "head"
    tail = "tail"
    loss_1 = "loss_1"
    loss_2 = "loss_2"
    loss_3 = "loss_3"
    loss_4 = "loss_4"
    loss_5 = "loss_5"
    run_1 = "run_1"
    run_2 = "run_2"
    run_3 = "run_3"
    run_4 = "run_4"
    run_5 = "run_5"
    level_1 = "level_1"
    level_2 = "level_2"
    level_3 = "level_3"
    level_4 = "level_4"
    level_5 = "level_5"
    level_6 = "level_6"
    level_7 = "level_7"
    level_8 = "level_8"


# Head and tail are the orange and the blue of Okabe and Ito, the runs the rest of their palette; each is darkened or
# lightened until it stands out from its background. Losses are greens, levels a ramp from coarse to fine.
LIGHT: dict[Role, str] = {
    Role.window: "#f5f6f8",
    Role.surface: "#ffffff",
    Role.surface_raised: "#eceef2",
    Role.border: "#dcdfe6",
    Role.control_border: "#b4bac6",
    Role.text: "#1a1e27",
    Role.text_muted: "#5a6271",
    Role.text_disabled: "#8b92a0",
    Role.accent: "#4a48b8",
    Role.accent_hover: "#3b399c",
    Role.accent_text: "#ffffff",
    Role.selection: "#e3e3f7",
    Role.grid: "#e6e8ee",
    Role.good: "#0b6b4b",
    Role.warning: "#8a5200",
    Role.bad: "#b3261e",
    Role.overall: "#2b303b",
    Role.head: "#d07f00",
    Role.tail: "#0072b2",
    Role.loss_1: "#0b3b3c",
    Role.loss_2: "#0f7a74",
    Role.loss_3: "#2f9e5f",
    Role.loss_4: "#83951a",
    Role.loss_5: "#5f7f78",
    Role.run_1: "#009e73",
    Role.run_2: "#d55e00",
    Role.run_3: "#b8578f",
    Role.run_4: "#3a90c4",
    Role.run_5: "#8f7f00",
    Role.level_1: "#2d1e69",
    Role.level_2: "#6a2f9c",
    Role.level_3: "#a8379a",
    Role.level_4: "#d1477a",
    Role.level_5: "#dd6a55",
    Role.level_6: "#c97f2e",
    Role.level_7: "#9a8f1f",
    Role.level_8: "#5f9a33",
}
DARK: dict[Role, str] = {
    Role.window: "#16181d",
    Role.surface: "#1e2127",
    Role.surface_raised: "#2a2e37",
    Role.border: "#333843",
    Role.control_border: "#535b6b",
    Role.text: "#e9ebf0",
    Role.text_muted: "#a4acba",
    Role.text_disabled: "#6d7585",
    Role.accent: "#a7a5f5",
    Role.accent_hover: "#c0bffa",
    Role.accent_text: "#15142e",
    Role.selection: "#33345a",
    Role.grid: "#2b2f38",
    Role.good: "#5fd0a5",
    Role.warning: "#f0b95b",
    Role.bad: "#ff9088",
    Role.overall: "#e6e8ee",
    Role.head: "#e69f00",
    Role.tail: "#56b4e9",
    Role.loss_1: "#d9f5f0",
    Role.loss_2: "#4fc9bd",
    Role.loss_3: "#62b87a",
    Role.loss_4: "#b3c24a",
    Role.loss_5: "#8fb0a8",
    Role.run_1: "#1fc796",
    Role.run_2: "#f07a2b",
    Role.run_3: "#cc79a7",
    Role.run_4: "#56b4e9",
    Role.run_5: "#f0e442",
    Role.level_1: "#a493f0",
    Role.level_2: "#c583e6",
    Role.level_3: "#e57fcb",
    Role.level_4: "#f58aa6",
    Role.level_5: "#f6a283",
    Role.level_6: "#eebc6a",
    Role.level_7: "#d9d266",
    Role.level_8: "#a8d97c",
}

LEVELS = (
    Role.level_1, Role.level_2, Role.level_3, Role.level_4, Role.level_5, Role.level_6, Role.level_7, Role.level_8,
)  # fmt: skip
RUNS = (Role.run_1, Role.run_2, Role.run_3, Role.run_4, Role.run_5)

# What text is written in, and on what: every pair keeps a contrast of at least 4.5 : 1.
TEXT_ON: dict[Role, tuple[Role, ...]] = {
    Role.text: (Role.window, Role.surface, Role.surface_raised, Role.selection),
    Role.text_muted: (Role.window, Role.surface, Role.surface_raised),
    Role.accent: (Role.window, Role.surface, Role.surface_raised, Role.selection),
    Role.accent_text: (Role.accent, Role.accent_hover),
    Role.good: (Role.window, Role.surface, Role.surface_raised),
    Role.warning: (Role.window, Role.surface, Role.surface_raised),
    Role.bad: (Role.window, Role.surface, Role.surface_raised),
}
# Lines of charts, on a surface: at least 3 : 1.
SERIES = (
    Role.overall, Role.head, Role.tail,
    Role.loss_1, Role.loss_2, Role.loss_3, Role.loss_4, Role.loss_5,
    *RUNS, *LEVELS,
)  # fmt: skip


def around(turn: float, *, dark: bool) -> str:
    """A hue of the colour circle as "#rrggbb"; `turn` from 0 to 1 goes around once. All hues look equally light.

    For what is too many to have colours that tell apart. Source: Ottosson, OKLab (2020).
    """
    lightness, chroma = (0.77, 0.115) if dark else (0.62, 0.125)
    a, b = chroma * math.cos(2 * math.pi * turn), chroma * math.sin(2 * math.pi * turn)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    channels = (min(1.0, max(0.0, value)) for value in linear)
    shown = (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055 for value in channels)
    return "#" + "".join(f"{round(255 * value):02x}" for value in shown)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two "#rrggbb" colours by WCAG 2: from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
