from datetime import date, datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from engine.data.formats import parquet, sniff
from engine.data.raw import ColumnMapping
from engine.errors import DataError, Stopped


@pytest.fixture
def save(tmp_path):
    def save_table(name="x.parquet", rows_in_group=1000, **columns):
        path = tmp_path / name
        pq.write_table(pa.table(columns), path, row_group_size=rows_in_group)
        return path

    return save_table


def read(*paths, mapping=None, progress=lambda done, total: None):
    return sniff(list(paths)).read(list(paths), mapping, progress)


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        (pa.array([1_600_000_000, 1_600_000_001]), [1_600_000_000, 1_600_000_001]),
        (pa.array([1_600_000_000.5, 1_600_000_001.0]), [1_600_000_000.5, 1_600_000_001]),
        (pa.array([1_600_000_000_000, 1_600_000_001_000]), [1_600_000_000, 1_600_000_001]),
        (pa.array([datetime(2023, 11, 14, 22, 13, 20)] * 2, pa.timestamp("ns")), [1_700_000_000] * 2),
        (pa.array([datetime(2023, 11, 14, 23, 13, 20, tzinfo=timezone(timedelta(hours=1)))] * 2, pa.timestamp("ms", "+01:00")), [1_700_000_000] * 2),
        (pa.array([date(2023, 11, 14)] * 2), [1_699_920_000] * 2),
        (pa.array(["2023-11-14", " 2023-11-14T22:13:20Z "]), [1_699_920_000, 1_700_000_000]),
    ],
)  # fmt: skip
def test_times_of_every_type(save, times, seconds):
    path = save(user=[1, 2], item=["a", "b"], timestamp=times)
    assert read(path).interactions.to_dict("list") == {"user": ["1", "2"], "item": ["a", "b"], "timestamp": seconds}


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (pa.array([7, 2**62]), ["7", str(2**62)]),
        (pa.array([7.0, 8.0]), ["7", "8"]),
        (pa.array(["007", " NaN "]), ["007", "NaN"]),
        (pa.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
        (pa.array([b"a", b"\xc3\xa9"]), ["a", "é"]),
        (pa.array(["a", "b"], pa.large_string()), ["a", "b"]),
    ],
)
def test_identifiers_of_every_type_become_text(save, cells, text):
    assert read(save(user=cells, item=["x", "y"])).interactions["user"].tolist() == text


def test_both_files_and_what_they_are_guessed_to_be(save):
    interactions = save("a.parquet", who_user=["u", "v"], user_id=[1, 2], item_id=[10, 30], position=[0, 1])
    items = save(
        "b.parquet",
        item_id=[10, 20],
        title=["Lamp", "Rope"],
        genres=[["Home", "Light"], []],
        description=["Warm", None],
    )
    raw = read(items, interactions)
    assert [source.path for source in raw.sources] == [interactions, items]
    assert raw.interactions.to_dict("list") == {"user": ["1", "2"], "item": ["10", "30"], "position": [0, 1]}
    assert raw.items["title"].tolist() == ["Lamp", "Rope", "30"]
    assert raw.items["text"].tolist() == ["Lamp. Home, Light. Warm", "Rope", ""]


def test_the_preview_shows_text_and_lists_as_they_are(save):
    path = save(user=[1, None], item=[2.5, float("nan")], day=[date(2024, 5, 31), None], tags=[[1], None])
    preview = sniff([path]).preview([path], None, rows=50)
    assert preview.interactions.columns == ("user", "item", "day", "tags")
    assert preview.interactions.rows == (("1", "2.5", "2024-05-31", "[1]"), ("", "", "", ""))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"user": [1, None], "item": [1, 2]}, r"x\.parquet, row 2, column “user”: the user id is empty"),
        ({"user": [1, 2], "item": [1.0, float("nan")]}, r"x\.parquet, row 2, column “item”: the item id is empty"),
        ({"user": ["u"] * 3, "item": ["i"] * 3, "timestamp": ["1", "2", "x"]}, r"row 3, column “timestamp”: “x” is not a time"),
        ({"user": ["u"] * 3, "item": ["i"] * 3, "timestamp": [5, 6, 1_700_000_000_000]}, r"row 3, column “timestamp”: “1700000000000” is not a plaus"),
        ({"user": [1], "item": [1], "position": [1.5]}, r"row 1, column “position”: “1.5” is not a whole number"),
        ({"user": [1], "item": [b"\xff"]}, r"x\.parquet, row 1, column “item”: the cell is not text in UTF-8"),
        ({"user": [[1]], "item": [1]}, r"x\.parquet, column “user”: its cells are of the kind list<.*>, which is neither"),
        ({"user": pa.array([], pa.int64()), "item": pa.array([], pa.int64())}, r"x\.parquet has no rows"),
        ({"user": [1], "score": [1.0]}, r"x\.parquet: no column looks like the item\. The columns are: user, score\."),
    ],
)  # fmt: skip
def test_faults_name_file_row_and_column(save, monkeypatch, columns, message):
    monkeypatch.setattr(parquet, "BATCH_ROWS", 2)
    with pytest.raises(DataError, match=message):
        read(save(**columns, rows_in_group=2))


def test_item_faults_count_rows(save):
    interactions = save("a.parquet", user=[1], item=[1])
    with pytest.raises(DataError, match=r"b\.parquet, row 3, column “item”: item id “1” stands on row 1 already"):
        read(interactions, save("b.parquet", item=[1, 2, 1], title=["x", "y", "z"]))


def test_a_column_that_is_not_there_and_a_file_that_is_none(save, write):
    with pytest.raises(DataError, match=r"x\.parquet: there is no column “when”\. The columns are: user, item\."):
        read(save(user=[1], item=[1]), mapping=ColumnMapping(user="user", item="item", timestamp="when"))
    for content in ("user,item\nu,i\n", b"PAR1" + b"\0" * 100 + b"PAR1"):
        path = write("y.parquet", content)
        with pytest.raises(DataError, match=r"y\.parquet is damaged or not a Parquet file"):
            read(path)


def test_a_damaged_page_is_told(save):
    path = save(user=[f"user {row}" for row in range(5000)], item=list(range(5000)), rows_in_group=5000)
    data = bytearray(path.read_bytes())
    data[100:3000] = b"\xff" * 2900
    path.write_bytes(data)
    with pytest.raises(DataError, match=r"x\.parquet is damaged or not a Parquet file"):
        read(path)


def test_progress_reaches_the_total_and_may_stop(save, monkeypatch):
    monkeypatch.setattr(parquet, "BATCH_ROWS", 100)
    path = save(user=list(range(5000)), item=list(range(5000)))
    size, told = path.stat().st_size, []

    def progress(done, total):
        told.append((done, total))
        if stop_at is not None and done > stop_at:
            raise Stopped

    stop_at = None
    read(path, progress=progress)
    assert told[-1] == (size, size)
    assert len(told) >= 50
    stop_at = size // 2
    with pytest.raises(Stopped):
        read(path, progress=progress)
    assert told[-1][0] < 0.6 * size
