r"""LaTeX: one floating table per table of the report, with rules of booktabs, ready to be \input."""

import re
import unicodedata

from engine.exports.report import Cell, Report
from engine.exports.tables import Line, Table, number, provenance, tables

PACKAGES = ("booktabs", "graphicx")
_FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"  # smaller where needed, never larger
_WIDE = 4  # columns of figures from which on a table is fitted to the line
_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\ensuremath{<}", ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}", '"': "''", "`": r"\textasciigrave{}", "–": "--", "—": "---", "“": "``", "”": "''", "‘": "`",
    "’": "'", "…": r"\ldots{}", "±": r"\ensuremath{\pm}", "×": r"\ensuremath{\times}", "·": r"\ensuremath{\cdot}",
    "†": r"\ensuremath{\dagger}", "‡": r"\ensuremath{\ddagger}", "→": r"\ensuremath{\rightarrow}",
    "≤": r"\ensuremath{\leq}", "≥": r"\ensuremath{\geq}", "∞": r"\ensuremath{\infty}", "−": r"\ensuremath{-}",
}  # fmt: skip
_GREEK = re.compile(r"GREEK (SMALL|CAPITAL) LETTER (\w+)")
_GREEK_COMMANDS = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
        "Gamma",
        "Delta",
        "Theta",
        "Lambda",
        "Xi",
        "Pi",
        "Sigma",
        "Upsilon",
        "Phi",
        "Psi",
        "Omega",
    ]
)
# Letters with these marks are made by every engine; others are not in its fonts.
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u030a": "r", "\u030c": "v",
    "\u0327": "c", "\u0304": "=", "\u0306": "u", "\u0307": ".", "\u030b": "H",
}  # fmt: skip
_LETTERS = {"ß": r"\ss{}", "æ": r"\ae{}", "Æ": r"\AE{}", "ø": r"\o{}", "Ø": r"\O{}", "œ": r"\oe{}", "Œ": r"\OE{}",
            "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}"}  # fmt: skip


def write(report: Report) -> str:
    """The report as LaTeX that every engine compiles, with the packages that a comment names."""
    needed = ",".join(PACKAGES)
    head = [
        f"% Made by H2Rec Workbench {report.version} on {report.made_at:%Y-%m-%d %H:%M} UTC.",
        rf"% Needs \usepackage{{{needed}}}.",
        "% Where the figures come from:",
    ]
    for row in report.rows:
        about = "; ".join(f"{title.lower()} {words}" for title, words in provenance(row).items())
        head.append(f"%   {_comment(row.name)}: {_comment(about)}")
    head += [f"% {_comment(note)}" for note in report.notes]
    found = [_table(table) for table in tables(report)]
    if not found:
        head.append("% No run has test results.")
    return "\n".join(head) + "\n" + "".join(f"\n{each}" for each in found)


def escape(text: str) -> str:
    """Text on one line that LaTeX sets as it is; letters that its fonts do not have are named by their number."""
    return "".join(map(_sign, unicodedata.normalize("NFC", " ".join(text.split()))))


def _sign(sign: str) -> str:
    if sign in _SPECIAL:
        return _SPECIAL[sign]
    if " " <= sign <= "~":
        return sign
    if sign in _LETTERS:
        return _LETTERS[sign]
    greek = _GREEK.fullmatch(unicodedata.name(sign, ""))
    if greek:
        name = greek[2].lower().replace("lamda", "lambda")
        command = name if greek[1] == "SMALL" else name.capitalize()
        if command in _GREEK_COMMANDS:
            return rf"\ensuremath{{\{command}}}"
    parts = unicodedata.normalize("NFD", sign)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    return rf"\texttt{{U+{ord(sign):04X}}}"


def _comment(text: str) -> str:
    return " ".join(text.split())


def _table(table: Table) -> str:
    spans, first = [], 3
    for _, span in table.groups:
        spans.append((first, first + span - 1))
        first += span
    groups = "".join(rf" & \multicolumn{{{span}}}{{c}}{{{escape(heading)}}}" for heading, span in table.groups)
    rules = "".join(rf"\cmidrule(lr){{{start}-{end}}}" for start, end in spans)
    body = [
        rf"\begin{{tabular}}{{lr{''.join('r' * span for _, span in table.groups)}}}",
        r"\toprule",
        rf" &{groups} \\",
        rules,
        "Model & Seeds" + "".join(f" & {escape(column)}" for column in table.columns) + r" \\",
        r"\midrule",
        *(_line(line) for line in table.lines),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    is_wide = len(table.columns) >= _WIDE
    if is_wide:
        body = [r"\setlength{\tabcolsep}{3pt}", _FITTED, *body[:-1], body[-1] + "%", "}"]
    caption = escape(" ".join([f"{table.title}.", *table.notes]))
    float_ = "table*" if is_wide else "table"  # over both columns of a page that has two
    lines = [rf"\begin{{{float_}}}[t]", r"\centering", rf"\caption{{{caption}}}", rf"\label{{tab:{_label(table.key)}}}"]
    return "\n".join([*lines, *body, rf"\end{{{float_}}}"]) + "\n"


def _line(line: Line) -> str:
    return " & ".join([escape(line.name), line.seeds, *map(_cell, line.cells)]) + r" \\"


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return "--"
    mean = number(cell.mean)
    shown = rf"\textbf{{{mean}}}" if cell.place == 1 else rf"\underline{{{mean}}}" if cell.place == 2 else mean
    mark = {"†": r"$^{\dagger}$", "‡": r"$^{\ddagger}$", "": ""}[cell.mark]
    deviation = rf"{{\scriptsize$\pm${number(cell.deviation)}}}" if cell.deviation is not None else ""
    return f"{shown}{mark}{deviation}"


def _label(key: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
