"""Amazon Reviews, Yelp, JSON lines and .inter.json: what is read, and what is said of faults."""

import gzip
import json

import pytest

from engine.data.formats import FORMATS, sniff
from engine.data.raw import ColumnMapping
from engine.errors import DataError, Stopped


def read(*paths, mapping=None):
    return sniff(list(paths)).read(list(paths), mapping)


def lines(*objects):
    return "".join(json.dumps(each) + "\n" for each in objects)


KEYS = {
    "amazon-2014": ("reviewerID", "asin", "overall"),
    "amazon-2018": ("reviewerID", "asin", "overall"),
    "amazon-2023": ("user_id", "parent_asin", "rating"),
    "yelp-open": ("user_id", "business_id", "stars"),
}
TEXTS = {
    "amazon-2014": "Lavender Hand Soap. Northfield. Beauty, Skin Care. It's the lavender hand soap.",
    "amazon-2018": "Lavender Hand Soap. Northfield. Beauty, Skin Care. Vegan. The lavender hand soap.",
    "amazon-2023": "Lavender Hand Soap. Northfield. Beauty, Skin Care. Vegan. The lavender hand soap.",
    "yelp-open": "The Green Door. Restaurants, Cafes. Springfield",
}


@pytest.mark.parametrize("name", KEYS)
def test_a_folder_is_recognised_and_read(fixtures, name):
    raw = read(fixtures / name)
    assert raw.format == name
    reviews = raw.sources[0].path
    opened = gzip.open if reviews.suffix == ".gz" else open
    with opened(reviews, "rt") as file:
        told = [json.loads(line) for line in file]
    expected = [tuple(each[key] for key in KEYS[name]) for each in told]
    assert list(raw.interactions[["user", "item", "rating"]].itertuples(index=False, name=None)) == expected
    if name in ("amazon-2014", "amazon-2018"):
        assert raw.interactions["timestamp"].tolist() == [each["unixReviewTime"] for each in told]
    assert raw.items["text"][0] == TEXTS[name]
    assert len(raw.items) == 10  # what nobody bought is not carried along


def test_times_in_milliseconds_and_as_dates_become_seconds(fixtures):
    amazon, yelp = read(fixtures / "amazon-2023"), read(fixtures / "yelp-open")
    with gzip.open(amazon.sources[0].path, "rt") as file:
        assert amazon.interactions["timestamp"][0] == json.loads(next(file))["timestamp"] / 1000
    assert json.loads(yelp.sources[0].path.read_text().splitlines()[0])["date"].startswith("2013-05-31")
    assert yelp.interactions["timestamp"].between(1369958400, 1370044800).iloc[0]


def test_metadata_in_python_literals_runs_nothing(write):
    reviews = write("reviews.json", lines(*({"reviewerID": f"u{n}", "asin": "a", "overall": 5, "unixReviewTime": 1370000000 + n, "helpful": [0, 0]} for n in range(3))))  # fmt: skip
    meta = write("meta.json", "{'asin': 'a', 'title': 'It\\'s', 'categories': [['x', 'y']]}\n")
    assert read(reviews, meta).items["text"].tolist() == ["It's. x, y"]
    meta.write_text("{'asin': 'a', 'title': __import__('os').getcwd(), 'categories': []}\n")
    with pytest.raises(DataError, match=r"meta\.json, line 1.* is not a JSON object"):
        FORMATS["amazon-2014"].read([reviews, meta], None)


def test_a_second_entry_of_an_item_is_counted_and_left_out(fixtures):
    raw = read(fixtures / "amazon-2018")
    assert raw.report["items_described_again"] == 1
    assert raw.items.set_index("id")["title"]["B000000XYZ"] == "Lavender Hand Soap"


def test_other_json_lines_are_guessed_or_mapped(fixtures):
    folder = fixtures / "jsonl"
    raw = read(folder)
    assert raw.format == "jsonl"
    assert raw.mapping == ColumnMapping(
        "user", "track_id", "ts", item_id="track_id", title="title", text=("title", "genres")
    )
    mapped = read(folder, mapping=ColumnMapping("listener_id", "track_id", item_id="track_id", text=("genres",)))
    assert list(mapped.interactions.columns) == ["user", "item"]
    assert set(mapped.items["text"]) == {"Ambient, Folk"}


def test_inter_json_keeps_the_order_and_takes_the_items_beside_it(fixtures):
    path = fixtures / "inter-json" / "Soap.inter.json"
    raw, told = read(path), json.loads(path.read_text())
    assert raw.format == "inter-json"
    of_first = raw.interactions[raw.interactions["user"] == "0"]
    assert of_first["item"].tolist() == [str(item) for item in told["0"]]
    assert of_first["position"].tolist() == list(range(len(told["0"])))
    assert raw.items["title"][0] == "Lavender Hand Soap"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.jsonl", '{"user": "u", "item": 1}\n{"user": "u", "item": \n', r"a\.jsonl, line 2, column \d+: .* is not a JSON object"),
        ("a.jsonl", '{"user": "u", "item": 1}\n[1]\n', r"line 2: “\[1\]” is not a JSON object"),
        ("a.jsonl", '{"user": "u", "item": 1}\n{"user": "u"}\n', r"line 2: there is no “item”"),
        ("a.jsonl", '{"user": "u", "item": 1}\n\n{"user": "", "item": 2}\n', r"line 3, “user”: “\"\"” is not an identifier"),
        ("a.jsonl", '{"user": "u", "item": 1}\n{"user": 1.5, "item": 2}\n', r"line 2, “user”: “1.5” is not an identifier"),
        ("a.jsonl", '{"user": "u", "item": 1, "ts": 1370000000}\n{"user": "u", "item": 2, "ts": "soon"}\n', r"line 2, “ts”"),
        ("a.jsonl", '{"user": "u", "item": 1, "ts": 1370000000}\n{"user": "u", "item": 2, "ts": 9e99}\n', r"line 2, “ts”"),
        ("a.jsonl", '{"user": "u", "item": 1, "rating": 3}\n{"user": "u", "item": 2, "rating": "good"}\n', r"line 2, “rating”: .* is not a number"),
        ("a.jsonl", b'{"user": "u", "item": 1}\n{"user": "\xff", "item": 2}\n', r"line 2: byte 0xFF is not UTF-8"),
        ("a.inter.json", '{"u": [1, 2], "v": 3}', r"a\.inter\.json, user “v”: “3” is not a list of items"),
        ("a.inter.json", '{"u": [1, null]}', r"user “u”: “null” is not the identifier of an item"),
        ("a.inter.json", '{"u": [1, 2]\n', r"line \d, column \d+: not JSON"),
        ("a.inter.json", "[1]", r"one JSON object"),
    ],
)  # fmt: skip
def test_faults_are_named_with_their_line_and_key(write, name, content, told):
    with pytest.raises(DataError, match=told):
        read(write(name, content))


def test_a_damaged_archive_is_said_to_be_one(write):
    whole = gzip.compress(lines(*({"user": f"u{n}", "item": n} for n in range(30000))).encode())
    path = write("a.jsonl.gz", whole[: len(whole) // 2])
    with pytest.raises(DataError, match="damaged"):
        read(path)


def test_reading_counts_bytes_and_can_be_stopped(write):
    path = write(
        "a.jsonl", lines(*({"user": f"user {n % 500}", "item": n % 300, "text": "x" * 100} for n in range(30000)))
    )
    heard = []
    chosen = sniff([path])
    chosen.read([path], None, lambda done, total: heard.append((done, total)))
    size = path.stat().st_size
    assert heard == sorted(heard)
    assert heard[-1] == (size, size)
    assert len(heard) > 3

    def stop(done, total):
        raise Stopped

    with pytest.raises(Stopped):
        chosen.read([path], None, stop)


def test_items_of_something_else_are_refused(fixtures, write):
    reviews = write("plays.jsonl", lines({"user": "u", "item": "a"}, {"user": "u", "item": "b"}))
    with pytest.raises(DataError, match="these are not their items"):
        read(reviews, fixtures / "jsonl" / "tracks.jsonl")


@pytest.mark.parametrize(("folder", "text"), [("jsonl", "{genres} by {title}"), ("inter-json", "<{title}>")])
def test_a_template_makes_the_texts(fixtures, folder, text):
    guessed = read(fixtures / folder)
    raw = read(fixtures / folder, mapping=guessed.mapping.with_text(text))
    titles = raw.items["title"].tolist()
    made = [text.replace("{title}", title).replace("{genres}", "Ambient, Folk") for title in titles]
    assert raw.items["text"].tolist() == made
