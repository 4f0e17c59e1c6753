"""How a dataset was prepared, in words, and what tells the versions of one source apart."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from engine.config import PreparationSettings
from engine.settings import SettingInfo, settings_of

SHORT = 8  # digits of a fingerprint that are enough to tell datasets apart


class Prepared(Protocol):
    """What is known of a listed dataset; `source` are the paths that it was read from."""

    @property
    def name(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def preparation(self) -> Mapping[str, Any]: ...


def preparation_words(preparation: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(title, value) of every setting that the dataset was prepared with."""
    known = {info.key: info for info in settings_of(PreparationSettings)}
    return [(known[key].title, known[key].words(value)) for key, value in preparation.items() if key in known]


def version_words(datasets: Iterable[Prepared]) -> dict[str, str]:
    """name -> what tells it apart from the others that were made from the same source; only where there are others.

    Where the preparation is the same, the files or their columns were not, and the fingerprint tells.
    """
    by_source: defaultdict[str, list[Prepared]] = defaultdict(list)
    for dataset in datasets:
        by_source[dataset.source].append(dataset)
    words: dict[str, str] = {}
    for versions in by_source.values():
        if len(versions) > 1:
            told = told_apart([each.preparation for each in versions])
            times = Counter(told)
            for each, by_preparation in zip(versions, told, strict=True):
                by_content = f"fingerprint {each.fingerprint[:SHORT]}" if times[by_preparation] > 1 else ""
                words[each.name] = ", ".join(filter(None, (by_preparation, by_content)))
    return words


def told_apart(preparations: Sequence[Mapping[str, Any]]) -> list[str]:
    """For each preparation the settings in which they are not all alike: "k-core 5, keep only the first".

    A setting that came later than a dataset counts as its default.
    """
    infos = {info.key: info for info in settings_of(PreparationSettings)}
    usual = {key: info.default for key, info in infos.items()}
    complete = [usual | {key: value for key, value in each.items() if key in usual} for each in preparations]
    different = [key for key in usual if any(each[key] != complete[0][key] for each in complete)]

    return [", ".join(_phrase(infos[key], each[key]) for key in different) for each in complete]


def in_short(preparation: Mapping[str, Any]) -> str:
    """What the dataset was prepared with, in a line: "k-core 5, keep only the first"; the usual is left out, but for
    the k-core."""
    known = {info.key: info for info in settings_of(PreparationSettings)}
    return ", ".join(
        _phrase(known[key], value)
        for key, value in preparation.items()
        if key in known and value is not None and (key == "k_core" or value != known[key].default)
    )


def _phrase(info: SettingInfo, value: Any) -> str:
    words = info.labels.get(str(value)) or f"{info.title} {info.words(value)}"
    return words[0].lower() + words[1:]
