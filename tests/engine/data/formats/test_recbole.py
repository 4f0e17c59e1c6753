"""RecBole's atomic files: typed headers, tabs, no quotation."""

import pytest

from engine.data.formats import sniff
from engine.data.raw import ColumnMapping
from engine.errors import DataError

HEADER = "user_id:token\titem_id:token\ttimestamp:float\n"


def read(*paths, mapping=None):
    return sniff(list(paths)).read(list(paths), mapping)


def test_the_folder_is_read(fixtures):
    raw = read(fixtures / "recbole")
    assert raw.format == "recbole"
    assert [source.path.name for source in raw.sources] == ["films.inter", "films.item"]
    told = [line.split("\t") for line in (fixtures / "recbole" / "films.inter").read_text().splitlines()[1:]]
    frame = raw.interactions
    assert frame[["user", "item"]].to_numpy().tolist() == [cells[:2] for cells in told]
    assert frame["rating"].tolist() == [float(cells[2]) for cells in told]
    assert frame["timestamp"].tolist() == [float(cells[3]) for cells in told]
    assert raw.items["title"][5] == '"Quiet" Mr. Hale, The'
    assert raw.items["text"][2] == "Orbit: A Second Chance. Adventure Sci-Fi"


def test_columns_are_guessed_by_their_names_and_kinds(fixtures):
    preview = sniff([fixtures / "recbole"]).preview([fixtures / "recbole"], None, rows=2)
    assert preview.mapping == ColumnMapping(
        user="user_id:token",
        item="item_id:token",
        timestamp="timestamp:float",
        rating="rating:float",
        item_id="item_id:token",
        title="movie_title:token_seq",
        text=("movie_title:token_seq", "class:token_seq"),
    )
    assert len(preview.interactions.rows) == len(preview.items.rows) == 2


def test_columns_can_be_chosen(fixtures):
    mapping = ColumnMapping("user_id:token", "item_id:token", item_id="item_id:token", text=("class:token_seq",))
    raw = read(fixtures / "recbole", mapping=mapping)
    assert list(raw.interactions.columns) == ["user", "item"]
    assert raw.items["text"][0] == "Comedy Drama"


def test_the_items_beside_the_interactions_are_used_and_the_users_left_alone(fixtures):
    folder = fixtures / "recbole"
    assert len(read(folder / "films.inter").sources) == 2
    assert len(read(folder / "films.item").sources) == 2
    assert len(read(*(folder / f"films.{end}" for end in ("user", "item", "inter"))).sources) == 2


def test_without_items_titles_are_ids(write):
    raw = read(write("a.inter", HEADER + "u\ti\t97\n"))
    assert raw.report == {"no_items_file": 1}
    assert raw.items["title"].tolist() == ["i"]


def test_times_may_be_written_as_floats(write):
    raw = read(write("a.inter", HEADER + "u\ti\t978300000.0\nu\tj\t9.783E8\n"))
    assert raw.interactions["timestamp"].tolist() == [978300000, 978300000]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEADER + "u\ti\t97\nu\ti\n", r"a\.inter, line 3: 2 cells where the header has 3\."),
        (HEADER + "u\ti\t97\nu\t\t97\n", r"a\.inter, line 3, column “item_id:token”: the item id is empty\."),
        (HEADER + "u\ti\tsoon\n", r"a\.inter, line 2, column “timestamp:float”: “soon” is not a time"),
        ("who:token\twhat:token\tscore:float\nu\ti\t1\n", r"a\.inter, line 1: no column looks like the user\."),
        (HEADER, r"a\.inter has a header line and no rows below it\."),
    ],
)
def test_faults_name_file_line_and_column(write, content, message):
    with pytest.raises(DataError, match=message):
        read(write("a.inter", content))


def test_two_datasets_in_one_folder_are_told(write):
    path = write("a.inter", HEADER + "u\ti\t97\n")
    write("b.inter", HEADER + "u\ti\t97\n")
    with pytest.raises(DataError, match=r"a\.inter and b\.inter were given\. Choose one dataset\."):
        sniff([path]).read([path.parent], None)


def test_a_header_without_kinds_is_another_format(write):
    assert sniff([write("a.inter", "user_id\titem_id\nu\ti\n")]).name == "csv"
