"""Everything that is shown of a dataset: its items, and how interactions, lengths, times and texts are spread."""

from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.data.head_tail import PopularityCurve
from engine.data.histograms import DateHistogram, Histogram
from engine.data.item_listing import ItemListing
from engine.data.popularity import training_counts
from engine.data.split import LeaveOneOut
from engine.data.texts import TextCoverage


@dataclass(frozen=True)
class DatasetProfile:
    """Popularity is counted on training interactions only; `dates` is None where times are not known."""

    items: ItemListing
    popularity: PopularityCurve
    lengths: Histogram
    dates: DateHistogram | None
    texts: TextCoverage

    @classmethod
    def of(cls, dataset: Dataset) -> "DatasetProfile":
        """Takes about a tenth of a second for twenty thousand items, so that nothing of it need be kept on disk."""
        counts = training_counts(LeaveOneOut(dataset.sequences).training, len(dataset.items))[1:]
        return cls(
            items=ItemListing.of(dataset.items, counts),
            popularity=PopularityCurve.of(counts),
            lengths=Histogram.of(dataset.sequences.lengths),
            dates=None if dataset.timestamps is None else DateHistogram.of(dataset.timestamps),
            texts=TextCoverage.of(dataset.items.texts[1:]),
        )
