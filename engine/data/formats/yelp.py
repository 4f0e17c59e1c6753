"""The Yelp Open Dataset: reviews, and the businesses that they are about."""

from engine.data.formats.json_lines import JsonLines
from engine.data.raw import ColumnMapping

YELP_OPEN = JsonLines(
    name="yelp-open",
    title="Yelp Open Dataset",
    help=(
        "yelp_academic_dataset_review.json and yelp_academic_dataset_business.json, or the folder with them, as unpacked "
        "from Yelp's archive."
    ),
    mapping=ColumnMapping(
        user="user_id",
        item="business_id",
        timestamp="date",
        rating="stars",
        item_id="business_id",
        title="name",
        text=("name", "categories", "city"),
    ),
    interaction_keys=frozenset({"review_id", "user_id", "business_id", "stars"}),
    item_keys=frozenset({"business_id", "name", "categories"}),
)
