"""What the exports say of known runs: rows, means, marks, texts of every format, and that nothing gets out of a cell."""

import csv
import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError, SettingsError
from engine.evaluation import metrics
from engine.evaluation.metrics import USERS
from engine.exports import FORMATS, METRICS, Choice, Comparisons, Report, find_format, gather, with_significance
from engine.exports.latex import escape as latex_escape
from engine.exports.markdown import escape as markdown_escape
from engine.home import Home
from engine.store import Store

Add = Callable[..., int]
ODD = "=cmd|'/c'!A1 & <b>α_β</b> 50 % \\ {x} | `y` ł 中 **z**"


@pytest.fixture
def report(add: Add, store: Store, home: Home) -> Report:
    """HID with three seeds and H2Rec with two on films, HID alone on shop; H2Rec hits far more often."""
    runs = [add("HID", "hid", seed, value) for seed, value in ((0, 0.10), (1, 0.12), (2, 0.14))]
    runs += [add("H2Rec", "h2rec", seed, value, hits=0.9) for seed, value in ((0, 0.20), (1, 0.22))]
    runs += [add("HID", "hid", 0, 0.3, "shop"), add("H2Rec", "h2rec", 3, 0, status="interrupted")]
    return with_significance(gather(store, runs, Choice(metrics=("HR@10",))), Comparisons(home))


def test_the_metrics_are_those_of_the_evaluation() -> None:
    assert METRICS == metrics.METRICS
    assert USERS == metrics.USERS


def test_rows_are_means_over_seeds_with_the_best_and_the_second(report: Report) -> None:
    hid, h2rec, left_out, shop = report.rows
    cell = hid.cells[report.choice.columns[0]]
    assert (hid.name, hid.run_words, hid.seed_words) == ("HID", "1+2+3", "0, 1, 2")
    assert (cell.mean, cell.deviation, cell.count, cell.place) == (pytest.approx(0.12), pytest.approx(0.02), 3, 2)
    assert h2rec.cells[report.choice.columns[0]].place == 1
    assert shop.cells[report.choice.columns[0]].place == 0  # alone on its data
    assert not left_out.cells
    assert report.notes == ("Run 7 (interrupted) has no test results.",)


def test_marks_are_corrected_over_all_comparisons(report: Report) -> None:
    hid, h2rec, *_ = report.rows
    assert report.comparisons == 3  # overall, head, tail of the one pair
    assert [row.numbers for row in report.references] == [hid.numbers]
    assert [h2rec.cells[column].mark for column in report.choice.columns] == ["‡", "‡", "‡"]
    assert all(cell.p is None for cell in hid.cells.values())
    p_values = [h2rec.cells[column].p for column in report.choice.columns]
    assert min(p for p in p_values if p is not None) == pytest.approx(3 * 1e-4)


def test_markdown_is_this_text(report: Report) -> None:
    text = FORMATS["markdown"].write(report)
    assert text.startswith(
        """## films: Full ranking, history left out

| Model | Seeds |          HR@10 overall |             HR@10 head |             HR@10 tail |
| ----- | ----: | ---------------------: | ---------------------: | ---------------------: |
| HID   |     3 | <u>0.1200</u> ± 0.0200 | <u>0.2400</u> ± 0.0400 | <u>0.0600</u> ± 0.0100 |
| H2Rec |     2 |   **0.2100**‡ ± 0.0141 |   **0.4200**‡ ± 0.0283 |   **0.1050**‡ ± 0.0071 |

Test users: 300 overall, 100 head, 200 tail. Mean ± standard deviation over seeds. Best in bold, second underlined. \
‡ p \\< 0.01 against HID (run 1+2+3): paired test over users, by flipping signs at random, corrected for all 3 \
comparisons (Holm).

## shop: Full ranking, history left out
"""
    )
    assert re.search(r"\| HID   \| 1\+2\+3 \| 0, 1, 2 \| [0-9a-f]{16} \| films films0000000 \| 0.1.0 abc123 \|", text)
    assert "- Run 7 (interrupted) has no test results." in text


def test_pivoted_latex_is_this_text(report: Report) -> None:
    text = FORMATS["latex"].write(replace(report, choice=replace(report.choice, pivot=True)))
    table = text[text.index(r"\resizebox") : text.index(r"\end{table*}")]
    assert (
        table == r"""\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%
\begin{tabular}{lrrrrrrr}
\toprule
 & & \multicolumn{3}{c}{films} & \multicolumn{3}{c}{shop} \\
\cmidrule(lr){3-5}\cmidrule(lr){6-8}
Model & Seeds & overall & head & tail & overall & head & tail \\
\midrule
HID & 3, 1 & \underline{0.1200}{\scriptsize$\pm$0.0200} & \underline{0.2400}{\scriptsize$\pm$0.0400} & """
        r"""\underline{0.0600}{\scriptsize$\pm$0.0100} & 0.3000 & 0.6000 & 0.1500 \\
H2Rec & 2 & \textbf{0.2100}$^{\ddagger}${\scriptsize$\pm$0.0141} & \textbf{0.4200}$^{\ddagger}${\scriptsize$\pm$0.0283} & \textbf{0.1050}$^{\ddagger}${\scriptsize$\pm$0.0071} & -- & -- & -- \\
\bottomrule
\end{tabular}%
}
"""
    )
    assert r"\caption{HR@10: Full ranking, history left out. films: Test users: 300 overall" in text
    assert re.search(
        r"%   HID: runs 1\+2\+3; seeds 0, 1, 2; settings \w{16}; data films films0000000; code 0.1.0", text
    )


def test_csv_has_every_figure_in_full_with_where_it_comes_from(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(FORMATS["csv"].write(report))))
    assert [row["name"] for row in rows] == ["HID", "H2Rec", "H2Rec", "HID"]
    hid = rows[0]
    assert float(hid["full HR@10 overall"]) == pytest.approx(0.12)
    assert float(hid["full HR@10 overall sd"]) == pytest.approx(0.02)
    assert (hid["full HR@10 overall n"], hid["full HR@10 overall p"]) == ("3", "")
    assert float(rows[1]["full HR@10 tail p"]) < 0.01
    assert (hid["runs"], hid["seeds"], hid["dataset_fingerprint"]) == ("1+2+3", "0+1+2", f"{'films':0<64}")
    assert (hid["code"], len(hid["settings_key"]), hid["started"]) == ("0.1.0 abc123", 16, "")
    assert "full: Full ranking, history left out" in hid["ranking"]
    assert (rows[2]["status"], rows[2]["full HR@10 overall"]) == ("interrupted", "")
    pivoted = replace(report, choice=replace(report.choice, pivot=True))
    wide = list(csv.DictReader(io.StringIO(FORMATS["csv"].write(pivoted))))
    assert [(row["name"], row["films runs"], row["shop runs"]) for row in wide] == [
        ("HID", "1+2+3", "6"),
        ("H2Rec", "4+5", ""),
    ]
    assert wide[0]["shop full HR@10 head"] == "0.6"


def test_json_is_strict_and_holds_the_runs(report: Report) -> None:
    content = json.loads(FORMATS["json"].write(report), parse_constant=lambda name: pytest.fail(name))
    assert content["rows"][0]["values"]["full"]["HR@10"]["head"]["mean"] == pytest.approx(0.24)
    assert content["rows"][0]["runs"] == [1, 2, 3]
    assert content["runs"]["7"]["status"] == "interrupted"
    assert content["runs"]["1"]["config"]["model"]["kind"] == "hid"


def test_each_seed_has_its_own_row_under_its_own_name(add: Add, store: Store) -> None:
    runs = [add("HID", "hid", seed, 0.1) for seed in (4, 5)]
    rows = gather(store, runs, Choice(fold=False)).rows
    assert [row.name for row in rows] == ["HID (seed 4)", "HID (seed 5)"]
    assert [cell.place for row in rows for cell in row.cells.values()] == [1] * 12  # all equal: all are the best


def test_of_two_runs_with_one_seed_the_later_counts(add: Add, store: Store) -> None:
    report = gather(store, [add("HID", "hid", 1, 0.5), add("HID", "hid", 1, 0.1)], Choice())
    assert [row.numbers for row in report.rows] == [(2,)]
    assert report.notes == ("Run 1 is left out: run 2 repeats it with the same seed.",)


def test_what_cannot_be_compared_is_told(add: Add, store: Store, home: Home) -> None:
    runs = [add("HID", "hid", 0, 0.1), add("SID", "sid", 0, 0.1), add("H2Rec", "h2rec", 0, 0.2, hits=0.9)]
    (home.run_folder(runs[1]) / "ranks.parquet").unlink()
    report = with_significance(gather(store, runs, Choice(metrics=("HR@10",))), Comparisons(home))
    assert len(report.notes) == 1
    assert report.notes[0].startswith("SID is not compared with HID. The ranks of run 2 cannot be read")
    assert report.rows[2].cells[report.choice.columns[0]].mark == "‡"
    against = with_significance(gather(store, runs, Choice(metrics=("HR@10",), reference=3)), Comparisons(home))
    assert [row.name for row in against.references] == ["H2Rec"]


@pytest.mark.parametrize(("given", "words"), [({"metrics": ("HR@7",)}, "HR@5"), ({"protocols": ()}, "at least one"), ({"metrics": ("MRR", "MRR")}, "twice")])  # fmt: skip
def test_a_choice_that_cannot_be_is_refused(given: dict[str, tuple[str, ...]], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Choice(**given)  # type: ignore[arg-type]


def test_no_run_and_no_such_format_are_refused(store: Store) -> None:
    with pytest.raises(DataError, match="Choose at least one"):
        gather(store, [], Choice())
    with pytest.raises(SettingsError, match="csv, markdown, latex, json, html"):
        find_format("word")


@pytest.fixture
def odd(add: Add, store: Store) -> Report:
    """Runs whose names try to be markup, formulas and commands."""
    runs = [
        add(ODD, "hid", 0, 0.1),
        add('"><script>alert(1)</script>', "sid", 0, 0.2),
        add("-\t@SUM(1)", "text", 0, 0.2),
    ]
    return gather(store, runs, Choice(), curves=True)


def test_no_cell_of_a_csv_is_a_formula(odd: Report) -> None:
    for pivot in (False, True):
        text = FORMATS["csv"].write(replace(odd, choice=replace(odd.choice, pivot=pivot)))
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.startswith(("=", "@", "\t")), cell
        assert "'" + ODD in [row[0] for row in csv.reader(io.StringIO(text))]


def test_the_page_runs_nothing_loads_nothing_and_shows_texts_as_texts(odd: Report) -> None:
    import html5lib

    page = FORMATS["html"].write(odd)
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(page)  # raises at the first fault of the markup
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert "script" not in tags
    assert "link" not in tags
    for element in tree.iter():
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            assert "http" not in value
            assert str(name) not in ("src", "href")
    assert "url(" not in page
    texts = " ".join(tree.itertext())
    assert ODD in texts
    assert '"><script>alert(1)</script>' in texts
    assert sum(element.tag.endswith("polyline") for element in tree.iter() if isinstance(element.tag, str)) == 6


LATEX = r"\documentclass{article}\usepackage{booktabs,graphicx}\begin{document}%s\end{document}"


def test_latex_is_balanced_and_compiles_where_there_is_a_latex(odd: Report, report: Report, tmp_path: Path) -> None:
    text = FORMATS["latex"].write(odd) + FORMATS["latex"].write(
        replace(report, choice=replace(report.choice, pivot=True))
    )
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert body.isascii()
    plain = re.sub(r"\\[\\{}$&#%_]", "", body)
    assert plain.count("{") == plain.count("}")
    assert plain.count("$") % 2 == 0
    for columns, rows in re.findall(r"\\begin{tabular}{(\w+)}(.*?)\\end{tabular}", body, flags=re.DOTALL):
        for row in re.findall(r"^(.*?) \\\\$", rows, flags=re.MULTILINE):
            spans = sum(int(span) - 1 for span in re.findall(r"\\multicolumn{(\d+)}", row))
            assert len(re.findall(r"(?<!\\)&", row)) + 1 + spans == len(columns)
    if shutil.which("pdflatex"):
        (tmp_path / "all.tex").write_text(LATEX % f"\n{text}\n", encoding="utf-8")
        done = subprocess.run(
            ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"], cwd=tmp_path, capture_output=True
        )
        missing = b".sty' not found" in done.stdout
        assert missing or (done.returncode == 0 and (tmp_path / "all.pdf").is_file()), done.stdout[-2000:]


@given(st.text(max_size=60))
def test_escaped_texts_stay_on_their_line_and_in_their_cell(text: str) -> None:
    latex, markdown = latex_escape(text), markdown_escape(text)
    assert latex.isascii()
    assert "\n" not in latex + markdown
    bare = re.sub(r"\\([{}$&#%_]|~(?={))", "", latex)
    assert not set(bare) & set("$&#%~_")
    assert bare.count("{") == bare.count("}")
    assert "|" not in re.sub(r"\\\\|\\\|", "", markdown)
