"""Which column holds what: guessed from the names of the columns first, then from what is in them."""

import re
from collections.abc import Iterable, Sequence

from engine.data.raw import ColumnMapping, TablePreview

# In order of preference; spelled without case, spaces and punctuation.
USER = ("userid", "user", "uid", "reviewerid", "customerid", "customer", "memberid", "accountid", "clientid", "visitorid",
        "users", "reviewer", "member", "account", "client", "visitor", "sessionid", "session")  # fmt: skip
ITEM = ("itemid", "item", "iid", "productid", "product", "parentasin", "asin", "movieid", "movie", "businessid",
        "business", "bookid", "book", "isbn", "songid", "song", "trackid", "track", "articleid", "article", "newsid",
        "gameid", "game", "appid", "sku", "items")  # fmt: skip
TIMESTAMP = ("timestamp", "unixtimestamp", "unixreviewtime", "time", "datetime", "date", "ts", "createdat", "eventtime",
             "reviewtime")  # fmt: skip
POSITION = ("position", "pos", "order", "sequence", "seq", "rank", "step")
RATING = ("rating", "score", "stars", "overall", "preference")
TITLE = ("title", "name", "itemname", "itemtitle", "productname", "producttitle", "movietitle")
TEXT = ("categories", "category", "genres", "genre", "brand", "tags", "features", "text", "description", "keywords",
        "subtitle", "author", "authors", "artist")  # fmt: skip

TIME = re.compile(r"\d{9,10}(\.\d+)?|\d{13}|\d{4}-\d\d-\d\d.*")


def guess_mapping(interactions: TablePreview, items: TablePreview | None) -> ColumnMapping:
    """The likeliest mapping; "" or None wherever no column fits."""
    item_id = _named(items.columns, (*ITEM, "id")) or items.columns[0] if items else ""
    roles = {
        role: _named(interactions.columns, names)
        for role, names in (("user", USER), ("item", ITEM), ("timestamp", TIMESTAMP), ("position", POSITION), ("rating", RATING))
    }  # fmt: skip
    left = [name for name in interactions.columns if name not in roles.values()]
    needed = sum(not roles[role] for role in ("user", "item"))
    times = [name for name in left if _all_match(_cells(interactions, name), TIME)]
    if not roles["timestamp"] and times and len(left) > needed:
        roles["timestamp"] = times[-1]  # identifiers may look like times too, but they mostly come first
    left = [name for name in left if name != roles["timestamp"]]
    if not roles["item"] and items:
        known = set(_cells(items, item_id))
        roles["item"] = next((name for name in left if known & set(_cells(interactions, name))), None)
    without_header = all(name == f"column {number}" for number, name in enumerate(interactions.columns, start=1))
    for role in ("user", "item"):
        rest = [name for name in left if name not in roles.values()]
        if not roles[role] and rest and (without_header or len(rest) == 1):
            roles[role] = rest[0]
    title, text = _item_texts(items, item_id) if items else (None, ())
    return ColumnMapping(
        user=roles["user"] or "",
        item=roles["item"] or "",
        timestamp=roles["timestamp"],
        position=roles["position"],
        rating=roles["rating"],
        item_id=item_id,
        title=title,
        text=text,
    )


def has_user_column(table: TablePreview) -> bool:
    """Whether a column is named like one of users: what tells interactions from items."""
    return _named(table.columns, USER) is not None


def describes_items(table: TablePreview) -> bool:
    """Whether a column is named like a title or a text."""
    return _named(table.columns, (*TITLE, *TEXT)) is not None


def is_known_name(name: str) -> bool:
    """Whether a cell reads like the name of a column rather than like data."""
    return _plain(name) in {*USER, *ITEM, *TIMESTAMP, *POSITION, *RATING, *TITLE, *TEXT, "id"}


def _item_texts(items: TablePreview, item_id: str) -> tuple[str | None, tuple[str, ...]]:
    left = [name for name in items.columns if name != item_id]
    title = _named(left, TITLE)
    if title is None:
        title = next((name for name in left if _is_prose(_cells(items, name))), None)
    described = [name for name in left if name != title and (_plain(name) in TEXT or _is_prose(_cells(items, name)))]
    return title, tuple(name for name in (title, *described) if name)


def _named(columns: Sequence[str], names: Iterable[str]) -> str | None:
    plain = {_plain(column): column for column in reversed(columns)}
    return next((plain[name] for name in names if name in plain), None)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.partition(":")[0]).lower()


def _cells(table: TablePreview, column: str) -> list[str]:
    place = table.columns.index(column)
    return [row[place].strip() for row in table.rows]


def _all_match(cells: list[str], pattern: re.Pattern[str]) -> bool:
    return bool(cells) and all(pattern.fullmatch(cell) for cell in cells)


def _is_prose(cells: list[str]) -> bool:
    """Whether most cells are several words, and none of them a web address."""
    filled = [cell for cell in cells if cell]
    worded = sum(bool(re.search(r"[^\W\d]{2,}\W+[^\W\d]{2,}", cell)) for cell in filled)
    return bool(filled) and worded * 2 > len(filled) and not any("://" in cell for cell in filled)
