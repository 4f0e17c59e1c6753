"""Amazon Reviews as published in 2014, 2018 and 2023: a file of reviews and one of product metadata."""

from engine.data.formats.json_lines import JsonLines
from engine.data.raw import ColumnMapping

REVIEWS = frozenset({"reviewerID", "asin", "overall", "unixReviewTime"})

AMAZON_2014 = JsonLines(
    name="amazon-2014",
    title="Amazon Reviews 2014",
    help=(
        "The reviews of a category (reviews_Beauty_5.json.gz) and, for titles and texts, its metadata "
        "(meta_Beauty.json.gz), as published by Julian McAuley's group. Plain or .gz."
    ),
    mapping=ColumnMapping(
        user="reviewerID",
        item="asin",
        timestamp="unixReviewTime",
        rating="overall",
        item_id="asin",
        title="title",
        text=("title", "brand", "categories", "description"),
    ),
    interaction_keys=REVIEWS | {"helpful"},
    item_keys=frozenset({"asin", "categories"}),
)

AMAZON_2018 = JsonLines(
    name="amazon-2018",
    title="Amazon Reviews 2018",
    help=(
        "The reviews of a category (All_Beauty_5.json.gz) and, for titles and texts, its metadata "
        "(meta_All_Beauty.json.gz), as published by Jianmo Ni and others. Plain or .gz."
    ),
    mapping=ColumnMapping(
        user="reviewerID",
        item="asin",
        timestamp="unixReviewTime",
        rating="overall",
        item_id="asin",
        title="title",
        text=("title", "brand", "category", "feature", "description"),
    ),
    interaction_keys=REVIEWS | {"verified"},
    item_keys=frozenset({"asin", "category"}),
)

AMAZON_2023 = JsonLines(
    name="amazon-2023",
    title="Amazon Reviews 2023",
    help=(
        "The reviews of a category (All_Beauty.jsonl.gz) and, for titles and texts, its metadata "
        "(meta_All_Beauty.jsonl.gz), as published by the McAuley Lab. Plain or .gz."
    ),
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
