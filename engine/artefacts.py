"""The files of a run, in its folder."""

from pathlib import Path

CONFIG = "config.toml"  # the settings, as `python -m engine run` accepts them
MODEL = "model.safetensors"  # weights of the best epoch
SEMANTIC_IDS = "semantic_ids.safetensors"
RESULT = "result.json"  # test metrics, seconds, dataset and seed
RANKS = "ranks.parquet"  # where every test user's target landed, in every protocol

_NAMES = {"config": CONFIG, "model": MODEL, "semantic_ids": SEMANTIC_IDS, "result": RESULT, "ranks": RANKS}


def found_in(folder: Path) -> dict[str, str]:
    """name -> file name, of the artefacts that are there."""
    return {name: file for name, file in _NAMES.items() if (folder / file).is_file()}
