"""Everything that computes: data, semantic IDs, models, training, evaluation and the store. Knows no window."""

__version__ = "0.1.0"
