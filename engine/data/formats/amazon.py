"""Amazon Reviews as published in 2014, 2018 and 2023: a file of reviews and one of product metadata."""

from dataclasses import replace

from engine.data.formats.json_lines import JsonLines
from engine.data.raw import ColumnMapping

REVIEWS = frozenset({"reviewerID", "asin", "overall", "unixReviewTime"})
MAPPING = ColumnMapping(
    user="reviewerID",
    item="asin",
    timestamp="unixReviewTime",
    rating="overall",
    item_id="asin",
    title="title",
    text=("title", "brand", "categories", "description"),
)
HELP = (
    "The reviews of a category ({reviews}) and, for titles and texts, its metadata ({metadata}), as published by "
    "{authors}. Plain or .gz."
)

AMAZON_2014 = JsonLines(
    name="amazon-2014",
    title="Amazon Reviews 2014",
    help=HELP.format(
        reviews="reviews_Beauty_5.json.gz", metadata="meta_Beauty.json.gz", authors="Julian McAuley's group"
    ),
    mapping=MAPPING,
    interaction_keys=REVIEWS | {"helpful"},
    item_keys=frozenset({"asin", "categories"}),
)

AMAZON_2018 = replace(
    AMAZON_2014,
    name="amazon-2018",
    title="Amazon Reviews 2018",
    help=HELP.format(
        reviews="All_Beauty_5.json.gz", metadata="meta_All_Beauty.json.gz", authors="Jianmo Ni and others"
    ),
    mapping=replace(MAPPING, text=("title", "brand", "category", "feature", "description")),
    interaction_keys=REVIEWS | {"verified"},
    item_keys=frozenset({"asin", "category"}),
)

AMAZON_2023 = JsonLines(
    name="amazon-2023",
    title="Amazon Reviews 2023",
    help=HELP.format(reviews="All_Beauty.jsonl.gz", metadata="meta_All_Beauty.jsonl.gz", authors="the McAuley Lab"),
    mapping=ColumnMapping(
        user="user_id",
        item="parent_asin",
        timestamp="timestamp",
        rating="rating",
        item_id="parent_asin",
        title="title",
        text=("title", "store", "categories", "features", "description"),
    ),
    interaction_keys=frozenset({"user_id", "parent_asin", "rating", "timestamp"}),
    item_keys=frozenset({"parent_asin", "main_category"}),
)
