from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.config import PreparationSettings
from engine.data.formats import named, sniff
from engine.data.preparation import prepare
from engine.errors import DataError

SEQUENCES, TEXTS = "user_sequence.txt", "item_text.txt"
TWO_USERS = "u1 a b c\nu2 c a\n"


def read(*paths):
    return sniff(list(paths)).read(list(paths), None)


def read_as_sequences(*paths):
    return named("sequences").read(list(paths), None)


def test_the_folder_is_read_in_order(fixtures):
    raw = read(fixtures / "sequences")
    assert raw.format == "sequences"
    assert [source.path.name for source in raw.sources] == [SEQUENCES, TEXTS]
    first = raw.interactions[raw.interactions["user"] == "guest01"]
    assert first["item"].tolist() == ["TE02", "CK02", "BR01", "TE01", "BR01", "BN01"]
    assert first["position"].tolist() == [0, 1, 2, 3, 4, 5]
    assert len(raw.interactions) == 76
    assert raw.items.iloc[0].tolist() == ["CK02", "chocolate cake with cherries", "chocolate cake with cherries"]
    assert raw.report == {}


def test_the_order_survives_preparation(fixtures):
    dataset = prepare(read(fixtures / "sequences"), PreparationSettings(k_core=1), "bakery")
    lines = (fixtures / "sequences" / SEQUENCES).read_text().splitlines()
    offsets, items = dataset.sequences.offsets, dataset.items.ids[dataset.sequences.items]
    assert lines == [
        " ".join([user, *items[start:end]])
        for user, start, end in zip(dataset.user_ids, offsets[:-1], offsets[1:], strict=True)
    ]


@pytest.mark.parametrize("names", [(SEQUENCES, TEXTS), ("users.txt", "words.txt"), ("z", "a")])
@pytest.mark.parametrize("turned", [False, True])
def test_both_files_in_any_order_and_under_any_name(fixtures, write, names, turned):
    files = [write(name, (fixtures / "sequences" / of).read_bytes()) for name, of in zip(names, (SEQUENCES, TEXTS), strict=True)]  # fmt: skip
    raw = read(*(files[::-1] if turned else files))
    assert [source.path for source in raw.sources] == files
    assert set(raw.items["id"]) == set(raw.interactions["item"])


def test_numbers_for_users_and_items_do_not_confuse_the_roles(write):
    sequences = write("a.txt", "1 1 2 3\n2 3 4\n3 1 4 2 5\n")
    texts = write("b.txt", "1 tin 2\n2 tin 3\n3 tin 1\n4 tin\n5 tin 9\n")
    assert read(texts, sequences).items["title"].tolist() == ["tin 2", "tin 3", "tin 1", "tin", "tin 9"]


def test_only_under_its_usual_name_the_sequence_file_brings_the_texts_along(fixtures, write):
    assert len(read(fixtures / "sequences" / SEQUENCES).sources) == 2
    write(TEXTS, "a one\n")
    raw = read(write("mine.txt", TWO_USERS))
    assert raw.report == {"no_items_file": 3}
    assert raw.items["title"].tolist() == ["a", "b", "c"]


def test_the_preview_shows_both_files_and_has_nothing_to_map(fixtures):
    preview = sniff([fixtures / "sequences"]).preview([fixtures / "sequences"], None, rows=2)
    assert preview.mapping is None
    assert preview.interactions.rows[1] == ("guest02", "BR02 BR01 CK02 BR02 BN01 BR01 BN01 TE02")
    assert len(preview.interactions.rows) == 2
    assert preview.items.rows[0] == ("CK02", "chocolate cake with cherries")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_tabs_blank_lines_line_endings_and_byte_order_mark(write, ending):
    lines = ["\ufeffu1\ta  b", "", "  ", "u2 c\u00e9\ta b "]
    write(TEXTS, ending.join(["a\t one,  two ", "", "b", "c\u00e9 x\u2028y"]))
    raw = read(write(SEQUENCES, ending.join(lines)))
    assert raw.interactions[["user", "item"]].to_numpy().tolist() == [
        ["u1", "a"], ["u1", "b"], ["u2", "c\u00e9"], ["u2", "a"], ["u2", "b"],
    ]  # fmt: skip
    assert raw.items["text"].tolist() == ["one,  two", "", "x\u2028y"]


def test_texts_under_their_other_usual_name_come_along_too(write):
    write("item_plain_text.txt", "a title: one; brand: x\n")
    raw = read(write(SEQUENCES, "u1 a b\nu2 b a b\n"))
    assert raw.items["text"].tolist() == ["title: one; brand: x", ""]
    assert raw.sources[1].path.name == "item_plain_text.txt"


def test_items_without_text_without_entry_and_never_used_are_counted(write):
    write(TEXTS, "a one\n\nb\nx never bought\n")
    raw = read(write(SEQUENCES, "u1 a b c\nu2 c a b a\nu3 a b c\n"))
    assert raw.report == {
        "items_without_title": 1,
        "items_without_text": 1,
        "items_without_entry": 1,
        "examples": {
            "items_without_title": ["b on line 3 of item_text.txt"],
            "items_without_text": ["b on line 3 of item_text.txt"],
            "items_without_entry": ["c"],
        },
    }
    assert raw.items["title"].tolist() == ["one", "b", "never bought", "c"]
    report = prepare(raw, PreparationSettings(k_core=1), "x").facts["report"]
    assert report["items_never_used"] == 1


@pytest.mark.parametrize(
    ("sequences", "texts", "message"),
    [
        ("u1 a b\n\nu2\nu3 a b c\n", "a x\n", r"user_sequence\.txt, line 3, column “user”: user “u2” has no items"),
        ("u1 a b\nu2 b\n\nu1 c\n", "a x\n", r"user_sequence\.txt, line 4.*user “u1” stands on line 1 already"),
        (b"u1 a b\nu2 c b\xe9\n", "a x\n", r"user_sequence\.txt, line 2, column 3: byte 0xE9 in “b.” is not UTF-8"),
        ("u1 a b\nu2 c\0 a\n", "a x\n", r"user_sequence\.txt, line 2, column 2: a NUL byte"),
        (TWO_USERS.encode("utf-16"), "a x\n", r"user_sequence\.txt is written in UTF-16"),
        ("", "a x\n", r"user_sequence\.txt is empty"),
        (
            TWO_USERS,
            "a x\nb y\n\na z\n",
            r"item_text\.txt, line 4, column “item”: item id “a” stands on line 1 already",
        ),
        (TWO_USERS, b"a x\nb \xff y\n", r"item_text\.txt, line 2, column 2: byte 0xFF"),
        (TWO_USERS, "\n", r"item_text\.txt is empty"),
        (TWO_USERS, "A x\nB y\n", r"item_text\.txt: no line begins with an item of user_sequence\.txt"),
    ],
)
def test_faults_name_file_and_line(write, sequences, texts, message):
    write(TEXTS, texts)
    with pytest.raises(DataError, match=message):
        read(write(SEQUENCES, sequences))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", "u1 a b\nu2 c\nu3 a b c\n"),
        ("x.txt", "user,item,rating\nu 1,a,3\nu 1,b c d,4\n"),
        ("x.txt", "user\titem\tnote\nu1\ta\tvery good\nu1\tb\tbad\n"),
        ("x.txt", '{"user": 1, "items": [1, 2]}\n{"user": 2, "items": [1, 2, 3]}\n'),
        ("ratings", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n"),
    ],
)
def test_tables_are_left_to_other_formats(write, name, content):
    assert sniff([write(name, content)]).name in ("csv", "jsonl")


@pytest.mark.parametrize(
    "content",
    [
        "just some words\n",
        "These are words.\nThey are no sequences, of course.\nNot at all\n",
        "1::1193::5::978300760\n1::661::3::978302109\n",
    ],
)
def test_prose_and_other_notations_are_not_taken_for_sequences(write, content):
    with pytest.raises(DataError, match="No known format fits"):
        sniff([write("x.txt", content)])


def test_pairs_separated_by_blanks_are_refused_with_a_reason(write):
    path = write("pairs.txt", "u1 a\nu1 b\nu2 a\n")
    with pytest.raises(DataError, match=r"pairs\.txt: no comma, tab, semicolon or \| separates columns"):
        sniff([path])
    with pytest.raises(DataError, match=r"line 2.*“u1” stands on line 1 already.*must be a CSV or TSV"):
        read_as_sequences(path)


def test_what_cannot_be_meant_is_refused_in_words(write, tmp_path):
    with pytest.raises(DataError, match=r"item_text\.txt holds texts of items\. Choose the file with"):
        read(write(TEXTS, "a one two\nb one\n"))
    with pytest.raises(DataError, match="3 files were given"):
        read_as_sequences(*(write(f"{number}.txt", TWO_USERS) for number in range(3)))
    (tmp_path / "folder").mkdir()
    with pytest.raises(DataError, match=r"There is no \.txt file in .*folder"):
        read_as_sequences(tmp_path / "folder")


def test_a_folder_with_other_text_files_uses_the_usual_names(write, fixtures, tmp_path):
    for name in (SEQUENCES, TEXTS):
        write(name, (fixtures / "sequences" / name).read_bytes())
    write("readme.txt", "Read this first.\n")
    assert len(read(tmp_path).interactions) == 76


WORD = st.text("abcé123_-", min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(WORD, st.lists(WORD, min_size=1, max_size=6), min_size=1, max_size=6))
def test_every_sequence_comes_back_as_it_was_written(sequences):
    with TemporaryDirectory() as folder:
        path = Path(folder) / SEQUENCES
        path.write_text("".join(f"{user} {' '.join(items)}\n" for user, items in sequences.items()), encoding="utf-8")
        frame = read(path).interactions
    found = {str(user): rows.sort_values("position")["item"].tolist() for user, rows in frame.groupby("user")}
    assert found == sequences


BEAUTY = Path(__file__).resolve().parents[4].parent / "shared" / "data" / "beauty"


@pytest.mark.skipif(not BEAUTY.is_dir(), reason="the real data in ../shared/data is not there")
@pytest.mark.parametrize("k_core", [1, 5])
def test_amazon_beauty_has_its_published_size(k_core):
    dataset = prepare(read(BEAUTY), PreparationSettings(k_core=k_core), "beauty")
    assert (len(dataset.user_ids), len(dataset.items), len(dataset.sequences.items)) == (22363, 12101, 198502)
    assert dataset.items.ids[dataset.sequences.items[:2]].tolist() == ["B004756YJA", "B004ZT0SSG"]


@pytest.mark.skipif(not BEAUTY.is_dir(), reason="the real data in ../shared/data is not there")
@pytest.mark.parametrize("k_core", [1, 5])
def test_yelp_is_read_by_guessed_columns(k_core):
    yelp = BEAUTY.with_name("yelp")
    preview = sniff([yelp]).preview([yelp], None)
    assert preview.mapping.position == "position"
    assert preview.mapping.text == ("title", "categories")
    dataset = prepare(read(yelp), PreparationSettings(k_core=k_core), "yelp")
    assert (len(dataset.user_ids), len(dataset.items), len(dataset.sequences.items)) == (30431, 20033, 316354)
