"""The engine computes and knows no window; what is needed early is light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def loaded_after(code: str) -> set[str]:
    """Top-level packages that a fresh process has loaded after running `code`."""
    code += "\nprint(*sorted({name.partition('.')[0] for name in sys.modules}))"
    result = subprocess.run(
        [sys.executable, "-c", "import sys\n" + code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    return set(result.stdout.splitlines()[-1].split())


def test_the_whole_engine_loads_no_window() -> None:
    loaded = loaded_after(
        """
import importlib, pkgutil, engine
names = [each.name for each in pkgutil.walk_packages(engine.__path__, "engine.")]
# Alembic alone can import its environment.
names = [name for name in names if not name.startswith("engine.store.migrations.")]
for name in names:
    importlib.import_module(name)
assert len(names) > 20, names
"""
    )
    assert "engine" in loaded
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph", "qtawesome", "superqt", "workbench"}


@pytest.mark.parametrize(
    "code",
    [
        "import engine.store, engine.settings, engine.events, engine.home",
        "from engine.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from engine.cli import main\ntry: main(['run', '--set', 'seed=-1'])\nexcept SystemExit: pass",
    ],
)
def test_what_is_needed_early_loads_nothing_heavy(code: str) -> None:
    heavy = {"torch", "pandas", "pyarrow", "scipy", "sklearn", "sentence_transformers", "transformers", "alembic"}
    assert not loaded_after(code) & heavy


def test_modules_import_only_from_the_floors_below() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
