import pytest

from engine.data.formats import sniff
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
