"""Semantic IDs: quantisers that turn text vectors into tuples of codes, and what the tuples are worth."""
