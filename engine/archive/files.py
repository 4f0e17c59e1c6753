"""Whether a file of a run is what its name says, looked at without trusting it: no format here can hold code."""

import json
import tomllib
from pathlib import Path

from engine.archive.contents import ArchiveError


def check_file(path: Path) -> None:
    """Raises ArchiveError when the file cannot be one of its kind."""
    try:
        match path.suffix:
            case ".toml":
                tomllib.loads(path.read_text(encoding="utf-8"))
            case ".json":
                json.loads(path.read_bytes())
            case ".safetensors":
                _check_tensors(path)
            case ".parquet":
                _check_table(path)
    except ArchiveError:
        raise
    except Exception as error:  # the readers of these formats raise what they like
        raise ArchiveError(f"{path.name} is damaged, or no {path.suffix[1:]} file ({error})") from error


def _check_tensors(path: Path) -> None:
    from safetensors import safe_open

    with safe_open(str(path), framework="np") as file:
        file.keys()


def _check_table(path: Path) -> None:
    import pyarrow.parquet as pq

    schema = pq.read_schema(path)
    strange = [field.name for field in schema if hasattr(field.type, "extension_name")]
    if strange:
        raise ArchiveError(f"{path.name} has columns of a kind that no run writes: {', '.join(strange[:3])}")
