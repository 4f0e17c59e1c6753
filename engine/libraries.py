"""The large libraries behind a run, for callers who want to choose when they are loaded."""

from importlib import import_module

# torch first: others look whether it is there. Its optimisers import torch._dynamo at their first step, and
# transformers the encoder's parts at the first text.
LIBRARIES = (
    "torch",
    "torch._dynamo",
    "pandas",
    "sklearn.cluster",
    "sentence_transformers",
    "transformers.models.bert.modeling_bert",
    "transformers.models.bert.tokenization_bert",
    "engine.training.loop",
)


def load_libraries() -> None:
    """Import everything that a run needs. Takes seconds."""
    for name in LIBRARIES:
        import_module(name)
