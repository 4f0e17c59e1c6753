"""The inspector says the same as the command line, of a run that was really made."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from engine.artefacts import RANKS
from engine.cli import main
from engine.config import ExperimentConfig
from engine.control import RunControl
from engine.events import Finished
from engine.experiment import run_recorded
from engine.home import Home
from engine.library import SAMPLE, Library
from engine.settings import override, parse
from engine.store import Store
from workbench.pages.inspector.session import Session

SMALL = [
    "model.dim=8", "model.cross_heads=2", "semantic_ids.depth=2", "semantic_ids.codebook_size=4", "data.max_length=10",
    "semantic_ids.steps=3", "semantic_ids.latent_dim=4", "training.epochs=1", "text.encoder=vectors",
]  # fmt: skip


@pytest.fixture
def run(home: Home) -> int:
    """A recorded run on the sample."""
    store = Store(home.database)
    library = Library(home, store)
    library.ensure_sample()
    ids = library.load(SAMPLE).items.ids[1:]
    values = np.random.default_rng(0).normal(size=(len(ids), 6))
    pd.DataFrame({"id": ids, "v": values.tolist()}).to_parquet(home.root / "v.parquet")
    config: ExperimentConfig = parse(override({}, [*SMALL, f"text.source={home.root / 'v.parquet'}"]))
    fingerprint = store.datasets.get(SAMPLE).fingerprint  # type: ignore[union-attr]
    number = store.runs.create(config, fingerprint)
    end = run_recorded(number, config, home, store, library, lambda _event: None, RunControl())
    store.close()
    assert isinstance(end, Finished), end
    return number


def test_it_says_the_same_as_the_command_line(home: Home, run: int, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(home.database)
    session = Session.open(SimpleNamespace(store=store, home=home, library=Library(home, store)), run)  # type: ignore[arg-type]
    store.close()
    ranks = pd.read_parquet(home.run_folder(run) / RANKS).set_index("user")["full"]
    lists = home.root / "lists.parquet"
    assert main(["recommend", str(run), "--all", "--top", "7", "--out", str(lists), "--home", str(home.root)]) == 0
    everybody = pd.read_parquet(lists).set_index("user")
    capsys.readouterr()
    for user in ("customer-0001", "customer-0042"):
        assert main(["recommend", str(run), "--user", user, "--top", "7", "--json", "--home", str(home.root)]) == 0
        said = json.loads(capsys.readouterr().out)
        view = session.user(user, 7).view
        for name in ("rank", "score", "hid", "sid", "text", "is_held_out"):
            assert [each[name] for each in said["recommendations"]] == [
                getattr(each, name) for each in view.recommendations
            ]
        assert [tuple(each["levels"]) for each in said["recommendations"]] == [
            each.levels for each in view.recommendations
        ]
        assert [each["item"]["id"] for each in said["recommendations"]] == [
            each.item.id for each in view.recommendations
        ]
        assert said["held_out_rank"] == view.held_out_rank == pytest.approx(ranks[user])
        assert everybody.loc[user, "item"].tolist() == [each.item.id for each in view.recommendations]
        assert everybody.loc[user, "score"].tolist() == pytest.approx(
            [each.score for each in view.recommendations], abs=1e-5
        )
        held_out = view.held_out
        assert held_out is not None
        outcomes = {each.user: each.rank for each in session.outcomes(held_out.index, None)}
        assert outcomes[user] == view.held_out_rank
    assert session.item(1).text_problem is None
    assert session.item(1).neighbours["text"]
