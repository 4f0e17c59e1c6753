"""Files that are larger than what is kept of them."""

import csv
import gzip
import io
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.formats import sniff, streaming, values
from engine.errors import DataError, Stopped

HEADER = "user,item,timestamp,note\n"
SMALL = 512  # bytes of a block, so that a short file has many


def read(*paths, progress=lambda done, total: None):
    return sniff(list(paths)).read(list(paths), None, progress)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(streaming, "BLOCK", SMALL)


def rows(count: int, note: str = "plain") -> str:
    return "".join(f"u{row % 7},i{row % 11},{1_600_000_000 + row},{note}\n" for row in range(count))


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_what_is_compressed_is_unpacked_on_the_way(write, suffix):
    text = (HEADER + rows(500)).replace(",", "\t" if suffix == "tsv" else ",")
    plain = read(write(f"x.{suffix}", text))
    packed = write(f"y.{suffix}.gz", gzip.compress(text.encode()))
    raw = read(packed)
    assert raw.interactions.equals(plain.interactions)
    assert raw.sources[0].sha256 != plain.sources[0].sha256
    assert sniff([packed]).preview([packed], None, 3).interactions.rows[0] == ("u0", "i0", "1600000000", "plain")


def test_items_may_be_compressed_too_and_a_folder_finds_them(write):
    write("interactions.csv.gz", gzip.compress(b"user,item\nu,i\n"))
    path = write("items.tsv.gz", gzip.compress(b"item\ttitle\ni\tLamp\n"))
    assert read(path.parent).items["title"].tolist() == ["Lamp"]


@pytest.mark.parametrize("cut", [20, -20])
def test_damaged_compression_is_told(write, cut):
    text = HEADER + "".join(f"u{row},i{row * row},{row},x\n" for row in range(200_000))
    with pytest.raises(DataError, match=r"x\.csv\.gz is damaged or not compressed|No known format"):
        read(write("x.csv.gz", gzip.compress(text.encode())[:cut]))
    with pytest.raises(DataError, match=r"y\.csv\.gz is damaged or not compressed"):
        read(write("y.csv.gz", HEADER + rows(3)))


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz"])
def test_progress_counts_the_bytes_on_disk_up_to_the_total(write, small_blocks, name):
    content = (HEADER + rows(3000)).encode()
    path = write(name, gzip.compress(content) if name.endswith(".gz") else content)
    told = []
    read(path, progress=lambda done, total: told.append((done, total)))
    assert {total for _, total in told} == {path.stat().st_size}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert len(told) > 100


def test_progress_may_stop_the_reading_at_once(write, small_blocks):
    calls = []

    def stop(done, total):
        calls.append(done)
        if len(calls) == 5:
            raise Stopped

    with pytest.raises(Stopped):
        read(write("x.csv", HEADER + rows(5000)), progress=stop)
    assert len(calls) == 5


def test_a_search_for_a_fault_can_be_stopped_too(write):
    path, told = write("x.csv", HEADER + rows(100_000) + "u,i,1600000000\n"), []

    def stop(done, total):
        if done and done in told:  # not counted twice
            raise Stopped
        told.append(done)

    with pytest.raises(Stopped):
        read(path, progress=stop)


def test_rows_and_quoted_line_breaks_lie_across_the_borders_of_blocks(write, small_blocks):
    note = '"two\nlines, and ""more"""'
    raw = read(write("x.csv", HEADER + rows(2000, note)))
    expected = list(csv.reader(io.StringIO(rows(2000, note), newline="")))
    assert raw.interactions["user"].tolist() == [row[0] for row in expected]
    assert raw.interactions["item"].tolist() == [row[1] for row in expected]
    assert raw.interactions["timestamp"].tolist() == [int(row[2]) for row in expected]


@pytest.mark.parametrize(
    ("late", "message"),
    [
        ("u,,1600000000,x\n", r"line 4002, column “item”: the item id is empty"),
        ("u,i,soon,x\n", r"line 4002, column “timestamp”: “soon” is not a time"),
        ("u,i,16,x\nu,i,1600000000000,x\n", r"line 4003, column “timestamp”: “1600000000000” is not a plausible time in sec"),
        ("u,i,1600000000\n", r"line 4002: 3 cells where the header has 4\."),
        ("u,i,1600000000,x\0\n", r"line 4002, column “note”: a NUL byte"),
        (b"u,i,1600000000,caf\xe9\n", r"line 4002, column “note”: byte 0xE9 in “caf.” is not UTF-8"),
        ('u,i,1600000000,"x\n', r"line 4002: a quotation mark opens a cell and none closes it"),
        ('u,i,1600000000,"x', r"line 4002: a quotation mark opens a cell and none closes it"),
        ('u,i,1600000000,"x\n' + "y\n" * 2000, r"line 4002: .*[qQ]uotation mark"),
        ('u,i,1600000000,"x"\n' + "\n" * 2000 + "u\n", r"line 6003: 1 cell where the header has 4"),
        (f"u,i,1600000000,{'x' * 3 * SMALL}\n", r"line 4002: the row is longer than"),
    ],
)  # fmt: skip
def test_a_fault_in_a_late_block_names_its_line(write, small_blocks, late, message):
    early = HEADER + rows(2000, '"two\nlines"')
    with pytest.raises(DataError, match=message):
        read(write("x.csv", early.encode() + (late if isinstance(late, bytes) else late.encode())))


def test_a_quotation_mark_that_is_never_closed_does_not_take_the_memory(write):
    path = write("x.csv", HEADER + 'u,i,5,"' + "a line of text\n" * 2_500_000)
    with pytest.raises(DataError, match=r"line 2: a cell is longer than 16 MB\. Is a quotation mark never closed\?"):
        read(path)


def test_all_times_tell_the_unit_not_those_of_the_first_block(write, small_blocks):
    few = "".join("u,i,0,x\n" for _ in range(100))
    raw = read(write("x.csv", HEADER + few + "".join(f"u,i,{1_600_000_000_000 + row},x\n" for row in range(500))))
    assert raw.interactions["timestamp"].tolist()[99:102] == [0, 1_600_000_000, 1_600_000_000.001]


def test_identifiers_are_numbered_alike_however_often_that_is_done(write, small_blocks, monkeypatch):
    pairs = [(f"u{row * row % 97}", f"i{row * 7 % 41}") for row in range(600)]
    path = write("x.csv", "user,item\n" + "".join(f"{user},{item}\n" for user, item in pairs))
    at_one_go = read(path).interactions
    monkeypatch.setattr(values, "LEAST_WAITING", 3)
    again = read(path).interactions
    assert list(again.itertuples(index=False, name=None)) == pairs
    assert again.equals(at_one_go)
    assert again["user"].cat.categories.tolist() == list(dict.fromkeys(user for user, _ in pairs))


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
SECONDS = st.integers(0, 2**33).filter(lambda time: not 19_000_000 <= time < 21_000_000)  # which may be dates
IDENTIFIER = CELL.filter(lambda text: text.strip() and not text.startswith("\ufeff"))


@settings(max_examples=100, deadline=None)
@given(
    table=st.lists(st.tuples(IDENTIFIER, IDENTIFIER, SECONDS, CELL), min_size=1, max_size=40),
    ending=st.sampled_from(["\n", "\r\n"]),
    delimiter=st.sampled_from([",", "\t", ";", "|"]),
)
def test_tiny_blocks_give_what_one_block_gives(table, ending, delimiter):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([("user", "item", "timestamp", "note"), *table])
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text.getvalue().encode())
        whole = read(path).interactions
        with patch.object(streaming, "BLOCK", 160):
            pieces = read(path).interactions
    assert pieces.equals(whole)
    assert whole["user"].tolist() == [row[0].strip() for row in table]
    assert whole["timestamp"].tolist() == [row[2] for row in table]


PEAK = """
import resource, sys
from pathlib import Path
from engine.data.formats import sniff
path = Path(sys.argv[1])
sniff([path]).read([path], None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def test_memory_does_not_grow_with_the_width_of_the_text(tmp_path):
    peaks = []
    for width in (2_000, 12_000):
        path = tmp_path / f"{width}.csv"
        with path.open("w") as file:
            file.write(HEADER)
            file.writelines(f"u{row % 100},i{row % 50},{row},{'words ' * (width // 6)}\n" for row in range(20_000))
        done = subprocess.run([sys.executable, "-c", PEAK, str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        peaks.append(int(done.stdout))
        path.unlink()
    assert peaks[1] - peaks[0] < 100  # MB; the texts differ by 200
