"""The command line as a person uses it: real processes on a tiny dataset, from files to recommendations."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
USERS, ITEMS, LENGTH = 40, 30, 8
TINY = [
    *("--set", "data.dataset=toys"),
    *("--set", "model.dim=8", "--set", "model.cross_heads=2"),
    *("--set", "semantic_ids.depth=2", "--set", "semantic_ids.codebook_size=4", "--set", "semantic_ids.steps=3"),
    *("--set", "semantic_ids.latent_dim=8", "--set", "semantic_ids.hidden_dim=16"),
    *("--set", "evaluation.negatives=15"),
]


class CommandLine:
    """`python -m engine` on one home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._environment = {**os.environ, "H2REC_HOME": str(home)}

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "engine", *arguments],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """What the command writes to standard output; it must end with `code`."""
        return self.answer(self.start(*arguments), code)

    @staticmethod
    def answer(process: "subprocess.Popen[str]", code: int = 0) -> str:
        """What a started command writes to standard output until it ends, which it must with `code`."""
        output, errors = process.communicate(timeout=120)
        assert process.returncode == code, errors
        assert "Traceback" not in errors
        return output


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """A home folder with the dataset “toys”: kinds of things, and users who tend to stay with a kind."""
    folder = tmp_path_factory.mktemp("Übung mit Leerzeichen")
    chance = random.Random(0)
    (folder / "items.csv").write_text(
        "item_id,title,category\n"
        + "".join(f"i{item},Thing {item} of kind {item % 5},kind {item % 5}\n" for item in range(ITEMS)),
        encoding="utf-8",
    )
    rows = []
    for user in range(USERS):
        item = chance.randrange(ITEMS)
        for time in range(LENGTH):
            rows.append(f"u{user},i{item},{1000 + time}\n")
            item = (item + 5) % ITEMS if chance.random() < 0.7 else chance.randrange(ITEMS)
    (folder / "ratings.csv").write_text("user_id,item_id,timestamp\n" + "".join(rows), encoding="utf-8")
    command = CommandLine(folder / "home")
    command("import", "toys", str(folder / "ratings.csv"), str(folder / "items.csv"), "--k-core", "2")
    return command


@pytest.fixture(scope="module")
def finished(command: CommandLine) -> list[dict[str, Any]]:
    """The lines of JSON of a finished run."""
    return events(command("run", *TINY, "--set", "training.epochs=2", "--set", "seed=7", "--json"))


def events(output: str) -> list[dict[str, Any]]:
    return [json.loads(line, parse_constant=pytest.fail) for line in output.splitlines()]


def test_an_import_tells_what_is_missing_and_where(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_text("user_id,item_id\n" + "".join(f"u,{item}\n" for item in "abc"))
    (tmp_path / "things.csv").write_text("item_id,title\na,Apple\nb,\nc,Cherry\n")
    told = command("import", "few", str(tmp_path / "visits.csv"), str(tmp_path / "things.csv"), "--k-core", "1")
    assert "few: 1 users, 3 items, 3 interactions." in told
    assert "1 item has no text (b on line 3 of things.csv)." in told


def test_the_dataset_is_listed(command: CommandLine) -> None:
    (row,) = [each for each in json.loads(command("datasets", "--json")) if each["name"] == "toys"]
    assert (row["name"], row["users"], row["items"], row["synthetic"]) == ("toys", USERS, ITEMS, False)
    assert row["interactions"] == USERS * LENGTH
    assert "toys" in command("datasets")


def test_a_run_reports_its_stages_its_curves_and_its_result(finished: list[dict[str, Any]]) -> None:
    stages = [each["stage"] for each in finished if each["event"] == "stage_started"]
    assert stages == ["data", "text", "semantic_ids", "train", "evaluate"]
    validation = [each for each in finished if each["event"] == "metrics" and each["split"] == "validation"]
    assert [each["epoch"] for each in validation] == [1, 2]
    assert all(
        {"HR@10", "NDCG@10"} <= set(each["values"][part]) for each in validation for part in ("overall", "head", "tail")
    )
    assert all(abs(sum(each["weights"]) - 1) < 1e-5 for each in finished if each["event"] == "gate_weights")
    result = finished[-1]
    assert list(result) == ["event", "run", "status", "model", "dataset", "seed", "test", "seconds"]
    assert (result["event"], result["status"]) == ("result", "finished")
    assert (result["model"], result["dataset"], result["seed"]) == ("h2rec", "toys", 7)
    for protocol in ("sampled", "full"):
        for part in ("overall", "head", "tail"):
            metrics = result["test"][protocol][part]
            assert 0 <= metrics["NDCG@10"] <= metrics["HR@10"] <= 1
    assert {"text", "semantic_ids", "train", "evaluate"} <= set(result["seconds"])


def test_the_same_seed_gives_the_same_metrics_and_another_one_others(
    command: CommandLine, finished: list[dict[str, Any]]
) -> None:
    # Both at once: a home folder may serve several programs.
    processes = [
        command.start("run", *TINY, "--set", "training.epochs=2", "--set", f"seed={seed}", "--json") for seed in (7, 8)
    ]
    again, other = (events(command.answer(process))[-1] for process in processes)
    assert again["test"] == finished[-1]["test"]
    assert other["test"] != finished[-1]["test"]


def test_a_run_is_remembered(command: CommandLine, finished: list[dict[str, Any]]) -> None:
    result = finished[-1]
    rows = {row["id"]: row for row in json.loads(command("runs", "--json"))}
    row = rows[result["run"]]
    assert (row["status"], row["epochs"]) == ("finished", 2)
    assert row["ndcg_tail"] == result["test"]["full"]["tail"]["NDCG@10"]
    assert row["sampled_hr_overall"] == result["test"]["sampled"]["overall"]["HR@10"]
    shown = json.loads(command("show", str(result["run"]), "--json"))
    assert (shown["test"], shown["stage_seconds"]) == (result["test"], result["seconds"])
    assert shown["config"]["semantic_ids"]["codebook_size"] == 4
    assert shown["semantic_ids"]["depth"] == 2
    for file in shown["artefacts"].values():
        assert (Path(shown["folder"]) / file).is_file()
    assert f"{result['test']['full']['head']['NDCG@10']:.4f}" in command("show", str(result["run"]))


def test_a_run_recommends(command: CommandLine, finished: list[dict[str, Any]]) -> None:
    run = str(finished[-1]["run"])
    view = json.loads(command("recommend", run, "--user", "u3", "--top", "5", "--json"))
    assert [each["rank"] for each in view["recommendations"]] == [1, 2, 3, 4, 5]
    assert len(view["history"]) == LENGTH - 1
    seen = {each["id"] for each in view["history"]}
    for each in view["recommendations"]:
        assert each["item"]["title"].startswith("Thing ")
        assert each["item"]["id"] not in seen
        assert each["hid"] + each["sid"] == pytest.approx(each["score"], abs=1e-5)
    scores = [each["score"] for each in view["recommendations"]]
    assert scores == sorted(scores, reverse=True)
    command("recommend", run, "--user", "nobody", code=2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_an_interrupted_run_keeps_its_checkpoint(command: CommandLine) -> None:
    endless = ("--set", "training.epochs=10000", "--set", "training.patience=10000")
    process = command.start("run", *TINY, *endless, "--json")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "metrics":
            break
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    result = events(output)[-1]
    assert (result["event"], result["status"]) == ("result", "interrupted")
    shown = json.loads(command("show", str(result["run"]), "--json"))
    assert (Path(shown["folder"]) / shown["artefacts"]["model"]).is_file()
    assert shown["best_epoch"] >= 1
    command("recommend", str(result["run"]), "--user", "u0", "--json")


def test_a_killed_run_is_found_interrupted(command: CommandLine) -> None:
    process = command.start(
        "run", *TINY, "--set", "training.epochs=10000", "--set", "training.patience=10000", "--json"
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate(timeout=30)
    newest = json.loads(command("runs", "--json"))[0]
    assert newest["status"] == "interrupted"
    command("delete", str(newest["id"]))
    assert newest["id"] not in {row["id"] for row in json.loads(command("runs", "--json"))}


def test_a_run_that_cannot_go_on_exits_1(command: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "vectors.parquet").write_bytes(b"not one")
    source = ("--set", "text.encoder=vectors", "--set", f"text.source={tmp_path / 'vectors.parquet'}")
    result = events(
        command("run", "--set", "data.dataset=toys", "--set", "evaluation.negatives=15", *source, "--json", code=1)
    )[-1]
    assert result["status"] == "failed"
    assert "vectors.parquet" in result["error"]


def test_a_run_that_its_settings_do_not_allow_exits_2(command: CommandLine) -> None:
    arguments = ("--set", "model.kind=popularity", "--set", "data.dataset=toys", "--set", "evaluation.negatives=1000")
    result = events(command("run", *arguments, "--json", code=2))[-1]
    assert (result["status"], result["model"]) == ("failed", "popularity")
    assert "evaluation.negatives" in result["error"]


def test_semantic_ids_are_learned_alone_judged_and_reused(command: CommandLine) -> None:
    small = ("--set", "semantic_ids.codebook_size=4", "--set", "semantic_ids.depth=2")
    arguments = ("semantic-ids", "toys", *small, "--set", "semantic_ids.quantiser=opq")
    (learned,) = events(command(*arguments, "--json"))
    assert (learned["dataset"], learned["quantiser"], learned["reused"]) == ("toys", "opq", False)
    assert (learned["items"], learned["depth"], learned["codebook_size"]) == (ITEMS, 2, 4)
    assert len(learned["utilisation"]) == len(learned["perplexity"]) == 2
    assert 0 < learned["reconstruction_error"] < 1
    told = command(*arguments, "--set", "semantic_ids.unique_level=true")
    assert "Semantic IDs of toys by opq, reused" in told
    assert "collision rate: 0\n" in told
    assert f"collision rate without unique level: {learned['collision_rate']:.4g}" in told


def test_wrong_use_exits_2(command: CommandLine) -> None:
    command("run", "--set", "semantic_ids.depth=99", code=2)
    command("run", "--set", "data.dataset=nonsense", code=2)
    command("semantic-ids", "nonsense", code=2)
    command("semantic-ids", "toys", "--set", "model.dim=32", code=2)
    command("show", "12345", code=2)
    command("import", "more", "missing.csv", code=2)
    command("fly", code=2)
