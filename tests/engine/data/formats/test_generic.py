import csv
import io
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.formats import sniff
from engine.data.formats.delimited import Layout
from engine.data.formats.reading import Reading
from engine.data.formats.streaming import DelimitedTable
from engine.data.raw import ColumnMapping
from engine.errors import DataError


def read(*paths, mapping=None):
    return sniff(list(paths)).read(list(paths), mapping)


def guessed(*paths) -> ColumnMapping:
    return sniff(list(paths)).preview(list(paths), None).mapping


def test_a_folder_with_both_files(fixtures):
    raw = read(fixtures / "shop")
    assert raw.format == "csv"
    assert [source.path.name for source in raw.sources] == ["interactions.csv", "items.csv"]
    assert raw.interactions.shape == (72, 3)
    assert raw.items.iloc[0].tolist() == ["G-1", "Lamp", "Lamp. Home, Lighting. A desk lamp.\nWarm light"]
    assert raw.items.iloc[3].tolist() == ["G-4", "Rope", "Rope. Outdoor, Climbing"]
    assert raw.items["title"][5] == "Œuvre"


def test_the_order_of_the_files_does_not_matter(fixtures):
    folder = fixtures / "shop"
    assert read(folder / "items.csv", folder / "interactions.csv").interactions.shape == (72, 3)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_delimiters_line_endings_and_byte_order_mark(write, delimiter, ending, start):
    lines = [["user_id", "item_id", "rating"], ["u1", "a, b", "3"], ["u2", "c; d", "4.5"]]
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in line] for line in lines]
    path = write("x.csv", start + ending.join(delimiter.join(line) for line in quoted) + ending + ending)
    expected = {"user": ["u1", "u2"], "item": ["a, b", "c; d"], "rating": [3.0, 4.5]}
    assert read(path).interactions.to_dict("list") == expected


def test_ratings_are_kept_and_may_be_missing(write):
    raw = read(write("x.csv", "user,item,rating\nu,i,3\nu,j,\nu,k,+1.5\nu,l,1e1\n"))
    assert raw.interactions["rating"].fillna(-1).tolist() == [3.0, -1.0, 1.5, 10.0]


def test_identifiers_stay_text_and_lose_the_space_around(write):
    path = write("x.csv", "user_id, item_id\n007, 1e3\nNaN, null\n 7 ,0x1\n")
    assert read(path).interactions.to_dict("list") == {"user": ["007", "NaN", "7"], "item": ["1e3", "null", "0x1"]}


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (["881250949", "0"], [881250949, 0]),
        (["1700000000123", "1700000000999"], [1700000000.123, 1700000000.999]),
        (["1700000000000", "1700000001000"], [1700000000, 1700000001]),
        (["1700000000000000000"] * 2, [1700000000] * 2),
        (["1700000000.5", "1.7e9"], [1700000000.5, 1700000000]),
        (["2023-11-14", "2023-11-14T22:13:20Z"], [1699920000, 1700000000]),
        (["2023-11-14 22:13:20.5", "2023-11-14T23:13:20+01:00"], [1700000000.5, 1700000000]),
        (["20231114", "20231115"], [1699920000, 1700006400]),
        (["1969-12-31"] * 2, [-86400] * 2),
    ],
)
def test_timestamps_of_every_kind_become_seconds(write, cells, seconds):
    path = write("x.csv", "user,item,timestamp\n" + "".join(f"u,i,{cell}\n" for cell in cells))
    assert read(path).interactions["timestamp"].tolist() == seconds


def test_a_file_without_header_is_read_by_place(write):
    path = write("x.tsv", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n")
    mapping = guessed(path)
    assert (mapping.user, mapping.item, mapping.timestamp) == ("column 1", "column 2", "column 4")
    assert read(path).interactions.to_dict("list") == {
        "user": ["196", "186"],
        "item": ["242", "302"],
        "timestamp": [881250949, 891717742],
    }


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("user_id,item_id,position", "1,1,0", ("user_id", "item_id", None, "position", None)),
        ("userId,movieId,rating,timestamp", "1,2,3.5,964982703", ("userId", "movieId", "timestamp", None, "rating")),
        ("user_id:token,item_id:token,timestamp:float", "1,2,96", ("user_id:token", "item_id:token", "timestamp:float", None, None)),
        ("overall,reviewerID,asin,reviewTime,unixReviewTime", "5,A,B,x,96", ("reviewerID", "asin", "unixReviewTime", None, "overall")),
        ("Customer ID,SKU,bought", "1,2,2024-01-05", ("Customer ID", "SKU", "bought", None, None)),
        ("user,thing", "1,2", ("user", "thing", None, None, None)),
        ("user,score", "1,2", ("user", "", None, None, "score")),
    ],
)  # fmt: skip
def test_interaction_columns_are_guessed(write, header, row, expected):
    mapping = guessed(write("x.csv", f"{header}\n{row}\n"))
    assert (mapping.user, mapping.item, mapping.timestamp, mapping.position, mapping.rating) == expected


def test_item_columns_are_guessed_by_name_and_by_content(write):
    interactions = write("a.csv", "who,user,what\nx,u1,p2\ny,u2,p1\n")
    items = write(
        "b.csv",
        "id,name,picture,genre,notes,price\np1,Tea,http://x.org/a b,Food,green and loose,3\np2,Cup,,Kitchen,holds tea,4\n",
    )
    mapping = guessed(interactions, items)
    assert mapping.item == "what"
    assert (mapping.item_id, mapping.title, mapping.text) == ("id", "name", ("name", "genre", "notes"))


def test_a_given_mapping_is_obeyed_and_tells_the_files_apart(write):
    items = write("a.csv", "user,label\ni1,One\n")
    interactions = write("b.csv", "p,q,t\nx,i1,5\n")
    mapping = ColumnMapping(user="p", item="q", timestamp="t", item_id="user", title="label", text=("label", "user"))
    raw = read(items, interactions, mapping=mapping)
    assert raw.interactions.to_dict("list") == {"user": ["x"], "item": ["i1"], "timestamp": [5]}
    assert raw.items.to_dict("list") == {"id": ["i1"], "title": ["One"], "text": ["One. i1"]}


def test_items_without_entry_or_text_are_allowed_counted_and_named(write):
    interactions = write("a.csv", "user,item\nu,i1\nu,i3\nu,i2\nu,i4\n")
    items = write("b.csv", "item,title,text\ni1,One,some words\ni2,,\n")
    raw = read(interactions, items)
    assert raw.items.to_dict("list") == {
        "id": ["i1", "i2", "i3", "i4"],
        "title": ["One", "i2", "i3", "i4"],
        "text": ["One. some words", "", "", ""],
    }
    assert raw.report == {
        "items_without_title": 1,
        "items_without_text": 1,
        "items_without_entry": 2,
        "examples": {
            "items_without_title": ["i2 on line 3 of b.csv"],
            "items_without_text": ["i2 on line 3 of b.csv"],
            "items_without_entry": ["i3", "i4"],
        },
    }


def test_the_preview_shows_the_first_rows_even_of_a_ragged_file(write):
    path = write("x.csv", "user,item,rating\nu,i\nu,i,3,4\nu,j,5\n")
    preview = sniff([path]).preview([path], None, rows=2)
    assert preview.interactions.columns == ("user", "item", "rating")
    assert preview.interactions.rows == (("u", "i", ""), ("u", "i", "3"))
    assert preview.items is None


def test_the_preview_of_a_large_file_reads_its_beginning_only(write):
    path = write("x.csv", b"user,item\n" + b"u,i\n" * 300_000 + b"u,\xff\n")
    assert len(sniff([path]).preview([path], None).interactions.rows) == 50
    with pytest.raises(DataError, match="line 300002, column “item”: byte 0xFF"):
        read(path)


HEADER = "user,item,timestamp\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("user,score\nu,3\n", r"x\.csv, line 1: no column looks like the item\. The columns are: user, score\."),
        ("one\nu\n", r"x\.csv, line 1: no column looks like the item"),
        (HEADER + "u,i,5\nu,i,soon\n", r"x\.csv, line 3, column “timestamp”: “soon” is not a time"),
        (HEADER + "u,i,soon\n", r"x\.csv, line 2, column “timestamp”: “soon” is not a time"),
        (HEADER + "u,i,2024-01-01\nu,i,5\n\nu,i,May\n", r"x\.csv, line 3, column “timestamp”: “5” is not an ISO date|line 5.*“May”"),
        (HEADER + "u,i,2024-01-01\nu,i,2024-13-01\n", r"x\.csv, line 3, column “timestamp”: “2024-13-01” is not an ISO date"),
        (HEADER + "u,i,5\nu,i,\n", r"x\.csv, line 3, column “timestamp”: the timestamp is empty"),
        (HEADER + "u,i,5\nu,i,-5\n", r"x\.csv, line 3, column “timestamp”: “-5” is not a plausible time in seconds"),
        (HEADER + "u,i,5\nu,i,6\nu,i,1700000000000\n", r"x\.csv, line 4, column “timestamp”: “1700000000000” is not a plausible"),
        (HEADER + "u,i,1700000000000\nu,i,1700000000000\nu,i,1700000000\n", r"x\.csv, line 4.*in milliseconds"),
        (HEADER + "u,i,1e300\n", r"x\.csv, line 2, column “timestamp”: “1e300” is not a plausible time"),
        (HEADER + f"u,i,{'9' * 40}\n", r"x\.csv, line 2, column “timestamp”: “9{40}” is not a plausible time"),
        ("user,item,rating\nu,i,4\nu,i,\nu,i,good\n", r"x\.csv, line 4, column “rating”: “good” is not a number"),
        ("user,item,position\nu,i,1\nu,i,1.5\n", r"x\.csv, line 3, column “position”: “1.5” is not a whole number"),
        ("user,item,position\nu,i,\n", r"x\.csv, line 2, column “position”: an empty cell is not a whole number"),
        (HEADER + "u,i,5\n,i,5\n", r"x\.csv, line 3, column “user”: the user id is empty"),
        (HEADER + "u,i,5\nu,  ,5\n", r"x\.csv, line 3, column “item”: the item id is empty"),
        (HEADER + "u,i,5\nu,i\n", r"x\.csv, line 3: 2 cells where the header has 3\."),
        (HEADER + "u,i,5\n\n   \nu,i,5,6\n", r"x\.csv, line 5: 4 cells where the header has 3\."),
        (HEADER + 'u,"i\nj",5\nu,i,5\nu\n', r"x\.csv, line 5: 1 cell where the header has 3\."),
        (HEADER + 'u,"i\nj\nk",5\nu,i,x\n', r"x\.csv, line 5, column “timestamp”: “x”"),
        (HEADER + 'u,i,5\nu,i,"5\nu,i,5\n', r"x\.csv, line 3: a quotation mark opens a cell and none closes it"),
        (HEADER + 'u,i,5\nu,"i,5\nu,i,5\n', r"x\.csv, line 3: 2 cells where the header has 3\. Is a quotation mark never closed\?"),
        ("", r"x\.csv is empty"),
        ("\n \n", r"x\.csv is empty"),
        ("\ufeff", r"x\.csv is empty"),
        ("user,item\n", r"x\.csv has a header line and no rows below it"),
        ("user,item,user\nu,i,u\n", r"x\.csv, line 1: two columns are called “user”"),
        (HEADER.encode() + b"u,i,5\nu,caf\xe9,5\n", r"x\.csv, line 3, column “item”: byte 0xE9 in “caf.” is not UTF-8"),
        (b"us\xe9r,item\n", r"x\.csv, line 1, column 1: byte 0xE9 in “us.r” is not UTF-8"),
        ("user,item\nu,i\n".encode("utf-16"), r"x\.csv is written in UTF-16"),
        (HEADER + "u,i,5\nu,i\0,5\n", r"x\.csv, line 3, column “item”: a NUL byte"),
    ],
)  # fmt: skip
def test_faults_of_the_interactions_name_file_line_and_column(write, content, message):
    with pytest.raises(DataError, match=message):
        read(write("x.csv", content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "item,title\ni,One\nj,Two\ni,Three\n",
            r"items\.csv, line 4, column “item”: item id “i” stands on line 2 already",
        ),
        ("item,title\ni,One\n,Two\n", r"items\.csv, line 3, column “item”: the item id is empty"),
        ("item,title\n", r"items\.csv has a header line and no rows"),
        ("", r"items\.csv is empty"),
        (b"item,title\ni,caf\xe9\n", r"items\.csv, line 2, column “title”: byte 0xE9"),
    ],
)
def test_faults_of_the_items_name_file_line_and_column(write, content, message):
    interactions = write("interactions.csv", "user,item\nu,i\n")
    with pytest.raises(DataError, match=message):
        read(interactions, write("items.csv", content))


def test_a_mapped_column_that_is_not_there_is_named(write):
    path = write("x.csv", "user,item\nu,i\n")
    with pytest.raises(DataError, match=r"x\.csv, line 1: there is no column “when”\. The columns are: user, item\."):
        read(path, mapping=ColumnMapping(user="user", item="item", timestamp="when"))
    with pytest.raises(DataError, match="cannot be both the user and the item"):
        read(path, mapping=ColumnMapping(user="user", item="user"))
    with pytest.raises(DataError, match=r"items\.csv, line 1: no column looks like the item id"):
        read(path, write("items.csv", "item,title\ni,x\n"), mapping=ColumnMapping(user="user", item="item"))


def test_paths_that_cannot_be_read_are_named(write, tmp_path):
    csv_format = sniff([write("x.csv", "user,item\nu,i\n")])
    with pytest.raises(DataError, match=r"There is no file .*missing\.csv"):
        sniff([tmp_path / "missing.csv"])
    with pytest.raises(DataError, match=r"There is no file .*missing\.csv"):
        csv_format.read([tmp_path / "missing.csv"], None)
    with pytest.raises(DataError, match="Choose a file"):
        sniff([])
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match=r"The folder .*folder has no \.csv or \.tsv file"):
        csv_format.read([tmp_path / "folder"], None)
    with pytest.raises(DataError, match="No known format fits notes"):
        sniff([write("notes", "just some words\n")])
    with pytest.raises(DataError, match="3 files were given"):
        csv_format.read([write(name, "user,item\nu,i\n") for name in ("1.csv", "2.csv", "3.csv")], None)


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=10).map(str.strip).filter(
    lambda text: text and text == text.strip() and not text.startswith("\ufeff")
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8),
    titles=st.lists(CELL, min_size=8, max_size=8),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
)
def test_any_text_survives_the_way_through_csv(rows, titles, delimiter):
    ids = sorted({item for _, item in rows})
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file, header, cells in (
            ("interactions.csv", ["user_id", "item_id"], rows),
            ("items.csv", ["item_id", "title"], zip(ids, titles, strict=False)),
        ):
            text = io.StringIO()
            writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
            writer.writerows([header, *cells])
            (folder / file).write_bytes(text.getvalue().encode())
        raw = read(folder)
    assert list(zip(raw.interactions["user"], raw.interactions["item"], strict=True)) == rows
    assert list(zip(raw.items["id"], raw.items["title"], strict=True)) == list(zip(ids, titles, strict=False))


@settings(max_examples=80, deadline=None)
@given(
    parts=st.lists(
        st.sampled_from([b",", b"\n", b"\r", b'"', b"u", b"i", b" ", b"5", b"-", b"\t", b"\xe9", b"\0", b"\xef\xbb\xbf", b"\xc3\xa9"]),
        max_size=40,
    ),
    header=st.sampled_from([b"", b"user,item\n", b"user,item,timestamp\n", b'"user",item,rating\r\n']),
)  # fmt: skip
def test_any_bytes_are_read_or_refused_in_words(parts, header):
    with TemporaryDirectory() as name:
        path = Path(name) / "x.csv"
        path.write_bytes(header + b"".join(parts))
        try:
            raw = read(path)
        except DataError:
            return
    assert len(raw.interactions)
    assert (raw.interactions[["user", "item"]] != "").all(axis=None)


def test_lines_of_spaces_before_the_header_are_skipped(write):
    path = write("x.csv", "\n  \r\nuser,item,ts\nu,i,1\nu,j,soon\n")
    with pytest.raises(DataError, match="line 5, column “ts”: “soon”"):
        read(path, mapping=ColumnMapping(user="user", item="item", timestamp="ts"))


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_without_user_names_titles_tell_which_file_holds_the_items(write, delimiter):
    items = write("a.csv", "code,title\ni,Lamp\nj,Rope\n".replace(",", delimiter))
    interactions = write("b.csv", "who,what\nu,i\nu,j\n".replace(",", delimiter))
    mapping = ColumnMapping(user="who", item="what", item_id="code", title="title")
    assert sniff([items, interactions]).preview([items, interactions], None).items.path == items
    assert read(items, interactions, mapping=mapping).items["title"].tolist() == ["Lamp", "Rope"]


def test_messages_stay_short_and_hold_nothing_that_a_terminal_obeys(write):
    columns = ",".join(f"x{number}" for number in range(10_000))
    with pytest.raises(DataError) as many:
        read(write("many.csv", f"user,{columns}\nu,{columns}\n"))
    assert "x18, … (10,001 in all)" in str(many.value)
    for number, cell in enumerate(("x" * 100_000, "\x1b[31mred")):
        with pytest.raises(DataError) as fault:
            read(write(f"{number}.csv", f"user,item,timestamp\nu,i,{cell}\n"))
        assert len(str(fault.value)) < 300
        assert "\x1b" not in str(fault.value)
    with pytest.raises(DataError) as encoding:
        read(write("bytes.csv", b"user,item\nu," + b"\xff" * 100_000 + b"\n"))
    assert "line 2, column “item”: byte 0xFF" in str(encoding.value)
    assert len(str(encoding.value)) < 300


def test_a_pipe_is_refused_at_once(tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    with pytest.raises(DataError, match=r"pipe\.csv is a pipe"):
        read(pipe)


def test_what_the_system_says_of_a_path_names_the_path(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / ("x" * 300))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DataError, match="loop cannot be read"):
        read(tmp_path / "loop")


def test_when_no_format_fits_the_reason_is_told(write):
    with pytest.raises(DataError, match=r"(?s)No known format fits.*line 2, column “item”: byte 0xE9"):
        read(write("x.txt", "user,item\nu,caf\xe9\n".encode("latin-1")))
    with pytest.raises(DataError, match=r"(?s)No known format fits.*UTF-16"):
        read(write("y.txt", "user,item\nu,i\n".encode("utf-16")))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=",;\t\n\r \"'ab1é|", max_size=40))
def test_any_text_is_read_as_the_csv_module_reads_it_or_refused(text):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.encode())
        layout = Layout(",")
        try:
            table = DelimitedTable(path, layout, Reading([path]))
            batches = list(table.batches(table.columns))
        except DataError:
            return
        _, *expected = layout.rows(text)
        cells = [row for batch in batches for row in zip(*(each.to_pylist() for each in batch.columns), strict=True)]
        assert [[*map(_one_ending, row)] for row in cells] == [[*map(_trimmed, row)] for _, row in expected]
        assert [table.line(row) for row in range(len(cells))] == [line for line, _ in expected]


def _trimmed(cell):
    return _one_ending(cell).strip()


def _one_ending(cell):
    return cell.replace("\r\n", "\n").replace("\r", "\n")


def test_ratings_are_kept_in_little_memory_and_may_be_missing(write):
    ratings = read(write("x.csv", "user,item,rating\nu,i,3\nu,j,\nu,k,+4.5\n")).interactions["rating"]
    assert ratings.dtype == "float32"
    assert ratings.fillna(-1).tolist() == [3.0, -1.0, 4.5]


def test_a_template_makes_the_texts(write):
    items = write("items.csv", "item_id,title,genre\ni,Lamp,Light\nj,Desk,\nk,,\n")
    path = write("x.csv", "user,item\nu,i\nu,j\nu,k\n")
    mapping = ColumnMapping("user", "item", item_id="item_id", title="title").with_text("{title} ({genre}), boxed")
    raw = read(path, items, mapping=mapping)
    assert raw.items["text"].tolist() == ["Lamp (Light), boxed", "Desk, boxed", ""]
    assert raw.report["items_without_text"] == 1
    with pytest.raises(DataError, match="no column “colour”"):
        read(path, items, mapping=mapping.with_text("{colour}!"))
