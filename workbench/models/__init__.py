"""Qt item models: what the views show of the store and of a run."""
