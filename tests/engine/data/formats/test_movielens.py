from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.formats import sniff, streaming
from engine.errors import DataError

FLAGS = "|".join("0" * 19)


def film(number: int | str, title: str = "A Film (1990)", flags: str = FLAGS) -> str:
    return f"{number}|{title}|01-Jan-1990||http://example.org|{flags}\n"


def read(*paths):
    return sniff(list(paths)).read(list(paths), None)


def test_the_folder_is_read(fixtures):
    raw = read(fixtures / "ml-100k")
    assert raw.format == "ml-100k"
    assert [source.path.name for source in raw.sources] == ["u.data", "u.item"]
    assert raw.interactions.shape == (654, 4)
    first = (fixtures / "ml-100k" / "u.data").read_text().splitlines()[0].split("\t")
    assert raw.interactions.iloc[0].tolist() == [first[0], first[1], int(first[3]), float(first[2])]
    assert raw.items["id"].tolist() == [str(number) for number in range(1, 41)]
    assert raw.report == {}


def test_titles_are_latin_1_and_genres_become_words(write, fixtures):
    raw = read(fixtures / "ml-100k")
    assert raw.items["title"][5] == "Café Noir (1984)"
    assert raw.items["title"][11] == 'The "Quoted" Affair (1970)'
    flags = "|".join("1" if place in (3, 5) else "0" for place in range(19))
    write("u.data", "1\t1\t3\t880000000\n")
    path = write("u.item", film(1, flags=flags) + film(2, "Nothing known", "|".join("1" + "0" * 18)))
    raw = read(path.parent)
    assert raw.items["text"].tolist() == ["A Film (1990). Animation, Comedy", "Nothing known"]


def test_a_copy_in_utf_8_is_read_too(write):
    write("u.data", "1\t1\t3\t880000000\n")
    path = write("u.item", film(1, "Café"))
    assert read(path.parent).items["title"].tolist() == ["Café"]


def test_the_items_file_beside_the_ratings_is_used(fixtures):
    assert len(read(fixtures / "ml-100k" / "u.data").sources) == 2
    both = [fixtures / "ml-100k" / name for name in ("u.user", "u.item", "u.data")]
    assert len(read(*both).sources) == 2


def test_without_an_items_file_titles_are_ids(write):
    raw = read(write("u.data", "1\t7\t3\t880000000\n1\t5\t3\t880000000\n"))
    assert raw.items.to_dict("list") == {"id": ["5", "7"], "title": ["5", "7"], "text": ["", ""]}
    assert raw.report == {"no_items_file": 2}


def test_the_preview_shows_both_files_and_has_nothing_to_map(fixtures):
    preview = sniff([fixtures / "ml-100k"]).preview([fixtures / "ml-100k"], None, rows=3)
    assert preview.mapping is None
    assert preview.interactions.columns == ("user", "item", "rating", "timestamp")
    assert len(preview.interactions.rows) == 3
    assert preview.items.rows[0][:2] == ("1", "Silent Harbour (1977)")


def test_ratings_are_missed_by_name(write):
    path = write("u.item", film(1))
    with pytest.raises(DataError, match=r"There is no u\.data in"):
        read(path)


@pytest.mark.parametrize(
    ("ratings", "films", "message"),
    [
        ("1\t1\t3\n", film(1), r"u\.data, line 1: 3 cells where there should be 4\."),
        ("1\t1\t3\t88\n1\t1\n", film(1), r"u\.data, line 2: 2 cells where there should be 4\."),
        ("1\t1\tgood\t88\n", film(1), r"u\.data, line 1, column “rating”: “good” is not a number\."),
        ("1\t1\t3\tnow\n", film(1), r"u\.data, line 1, column “timestamp”: “now” is not a time"),
        ("1\t1\t3\t88\n\t1\t3\t88\n", film(1), r"u\.data, line 2, column “user”: the user id is empty\."),
        (b"1\t1\t3\t88\n1\t\xff\t3\t88\n", film(1), r"u\.data, line 2, column “item”: byte 0xFF in “.” is not UTF-8"),
        ("1\t1\t3\t88\n", film(1) + film(1), r"u\.item, line 2, column “item”: item id “1” stands on line 1 already"),
        (
            "1\t1\t3\t88\n",
            film(1, flags=FLAGS[:-1] + "2"),
            r"u\.item, line 1, column “Western”: “2” is neither 0 nor 1",
        ),
        ("1\t1\t3\t88\n", film(1, flags="0|1"), r"u\.item, line 1: 7 cells where there should be 24\."),
        ("1\t1\t3\t88\n", "", r"u\.item is empty\."),
        ("", film(1), r"u\.data is empty\."),
    ],
)
def test_faults_name_file_line_and_column(write, ratings, films, message):
    write("u.item", films)
    path = write("u.data", ratings)
    with pytest.raises(DataError, match=message):
        read(path.parent)


# The later releases

TITLES = ["Paper Moonlight (1974)", "Café at the Corner (1988)", "Orbit: A Second Chance (1997)"]


@pytest.mark.parametrize(
    ("folder", "format", "ratings", "films", "delimiter"),
    [
        ("ml-1m", "ml-1m", "ratings.dat", "movies.dat", "::"),
        ("ml-latest", "ml-csv", "ratings.csv", "movies.csv", ","),
    ],
)
def test_a_later_release_is_read(fixtures, folder, format, ratings, films, delimiter):
    raw = read(fixtures / folder)
    assert raw.format == format
    assert [source.path.name for source in raw.sources] == [ratings, films]
    told = [line.split(delimiter) for line in (fixtures / folder / ratings).read_text().splitlines()]
    told = [cells for cells in told if cells[0].isdigit()]
    frame = raw.interactions
    assert frame["user"].tolist() == [cells[0] for cells in told]
    assert frame["item"].tolist() == [cells[1] for cells in told]
    assert frame["rating"].tolist() == [float(cells[2]) for cells in told]
    assert frame["timestamp"].tolist() == [int(cells[3]) for cells in told]
    assert raw.items["title"][:3].tolist() == TITLES
    assert raw.items["title"][5] == '"Quiet" Mr. Hale, The (1951)'
    assert raw.items["text"][2] == "Orbit: A Second Chance (1997). Adventure, Sci-Fi"
    assert raw.report == {}


def test_the_film_without_genres_has_its_title_as_text(fixtures):
    assert read(fixtures / "ml-latest").items["text"].iloc[-1] == "Nothing Listed (1995)"


def test_one_file_or_all_of_a_release_may_be_given(fixtures):
    folder = fixtures / "ml-latest"
    assert len(read(folder / "ratings.csv").sources) == 2
    assert len(read(folder / "movies.csv").sources) == 2
    assert read(*sorted(folder.iterdir())).format == "ml-csv"
    assert len(read(fixtures / "ml-1m" / "movies.dat").sources) == 2


@pytest.mark.parametrize("name", ["ml-1m", "ml-latest"])
def test_a_later_release_has_nothing_to_map(fixtures, name):
    preview = sniff([fixtures / name]).preview([fixtures / name], None, rows=3)
    assert preview.mapping is None
    assert len(preview.interactions.rows) == 3
    assert preview.interactions.rows[0][0] == "1"
    assert preview.items.rows[2][1] == TITLES[2]


def test_ratings_of_something_else_are_not_taken_for_movielens(write):
    assert sniff([write("ratings.csv", "user_id,item_id,timestamp\nu,i,1370000000\n")]).name == "csv"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("ratings.dat", "1::2::5\n", r"ratings\.dat, line 1: 3 cells where there should be 4\."),
        ("ratings.dat", "1::2::5::97\n1::2:5::97\n", r"ratings\.dat, line 2: 3 cells where there should be 4\."),
        ("ratings.dat", "1::2::5::97\n1::2::five::97\n", r"line 2, column “rating”: “five” is not a number\."),
        ("ratings.dat", "1::2::5::97\n::2::5::97\n", r"line 2, column “user”: the user id is empty\."),
        ("movies.dat", "1::A Film\n", r"movies\.dat, line 1: 2 cells where there should be 3\."),
        (
            "movies.dat",
            "1::A::Drama\n1::B::Drama\n",
            r"movies\.dat, line 2, column “item”: item id “1” stands on line 1",
        ),
    ],
)
def test_faults_of_the_later_release_are_named_too(write, name, content, message):
    path = write("ratings.dat", "1::1::5::978300000\n")
    write(name, content)
    with pytest.raises(DataError, match=message):
        read(path.parent)


@given(
    films=st.lists(
        st.text("ab: :é", min_size=1).filter(lambda text: "::" not in text and text.strip(": ")), min_size=1
    ),
    piece=st.integers(1, 9),
)
def test_a_delimiter_of_two_signs_may_lie_across_two_pieces(films, piece):
    titles = [title.strip(": ") for title in films]
    with TemporaryDirectory() as name, patch.object(streaming, "PIECE", piece):
        folder = Path(name)
        (folder / "ratings.dat").write_text("1::0::3::978300000\n")
        (folder / "movies.dat").write_text(
            "".join(f"{row}::{title}::Drama|War\n" for row, title in enumerate(titles)), encoding="utf-8"
        )
        assert read(folder).items["title"].tolist() == titles
