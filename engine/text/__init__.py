"""Item texts as vectors: the sentence encoders, ready-made vectors and the cache."""
