"""The files of a run, in its folder."""

import json
from pathlib import Path
from typing import Any

CONFIG = "config.toml"  # the settings, as `python -m engine run` accepts them
MODEL = "model.safetensors"  # weights of the best epoch
SEMANTIC_IDS = "semantic_ids.safetensors"
RESULT = "result.json"  # test metrics, seconds, dataset and seed
RANKS = "ranks.parquet"  # where every test user's target landed, in every protocol
# From here on only to go on from, and no part of what is exported:
STATE = "state.safetensors"  # of the training as it was last; kept to train further
REFIT_STATE = "refit_state.safetensors"  # the same of a refit, until it is done
BEST = "best.safetensors"  # with a refit: weights of the best epoch, which MODEL then no longer holds

_NAMES = {"config": CONFIG, "model": MODEL, "semantic_ids": SEMANTIC_IDS, "result": RESULT, "ranks": RANKS}


def found_in(folder: Path) -> dict[str, str]:
    """name -> file name, of the artefacts that are there."""
    return {name: file for name, file in _NAMES.items() if (folder / file).is_file()}


def plain_values(state: Path) -> dict[str, Any]:
    """What a file such as STATE says beside its tensors: epochs, best epoch, ...; nothing where there is no state."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(state), framework="numpy") as file:
            found: dict[str, Any] = json.loads((file.metadata() or {}).get("state", "{}"))
            return found
    except (OSError, SafetensorError, ValueError):
        return {}
