"""The start of main.py as a process of its own: quickly on screen, or two clear lines."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import __version__
from workbench import display

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "pandas", "scipy", "sklearn", "sentence_transformers", "sqlalchemy", "pyqtgraph")


def start(*arguments: str, home: Path, **environment: str | None) -> subprocess.CompletedProcess[str]:
    values = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "H2REC_HOME": str(home), **environment}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={name: value for name, value in values.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_window_comes_up_and_closes_itself(tmp_path: Path) -> None:
    done = start("main.py", "--home", str(tmp_path / "elsewhere"), "--close-after", "5", home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "elsewhere" / "workbench.db").exists()
    assert (tmp_path / "elsewhere" / "workbench.ini").exists()
    assert not (tmp_path / "home").exists()
    assert "Traceback" not in done.stderr


def test_a_window_that_does_not_come_up_fails_the_check(tmp_path: Path) -> None:
    done = start("main.py", "--close-after", "0", home=tmp_path)
    assert done.returncode == 1
    assert "did not come up" in done.stderr


def test_nothing_heavy_is_loaded_before_the_window_is_on_screen(tmp_path: Path) -> None:
    program = f"""
import sys, time
begin = time.perf_counter()
from engine.home import Home
from workbench.application import make_application
app = make_application()
from workbench.main_window import MainWindow
from workbench.preferences import Preferences
home = Home.locate()
window = MainWindow(home, Preferences(home.root / "workbench.ini"))
window.show()
app.processEvents()
shown = time.perf_counter() - begin
assert window._painted
print(sorted(set({HEAVY!r}) & set(sys.modules)))
print(shown)
window.close()
"""
    done = start("-c", program, home=tmp_path)
    assert done.returncode == 0, done.stderr
    loaded, seconds = done.stdout.split("\n")[:2]
    assert loaded == "[]"
    assert float(seconds) < 5  # well under a second on an idle machine; tests may share theirs


def test_version_and_wrong_arguments(tmp_path: Path) -> None:
    assert start("main.py", "--version", home=tmp_path).stdout == f"H2Rec Workbench {__version__}\n"
    wrong = start("main.py", "--hom", home=tmp_path)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_home_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = start("main.py", "--home", str(tmp_path / "file"), home=tmp_path)
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays are an affair of Linux")
@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"QT_QPA_PLATFORM": None, "DISPLAY": None, "WAYLAND_DISPLAY": None}, "there is no display"),
        ({"QT_QPA_PLATFORM": None, "DISPLAY": ":4711", "WAYLAND_DISPLAY": None}, "cannot open"),
        ({"QT_QPA_PLATFORM": "xcb", "DISPLAY": None}, "cannot open"),
        ({"QT_QPA_PLATFORM": None, "DISPLAY": None, "WAYLAND_DISPLAY": "nowhere"}, "cannot open"),
        ({"QT_QPA_PLATFORM": "nonsense"}, "QT_QPA_PLATFORM names “nonsense”"),
    ],
)
def test_without_a_display_there_are_two_lines_and_no_abort(
    tmp_path: Path, environment: dict[str, str | None], words: str
) -> None:
    done = start("main.py", home=tmp_path, **environment)
    lines = done.stderr.strip().split("\n")
    assert done.returncode == 2, done.stderr
    assert len(lines) == 2, done.stderr
    assert words in lines[0]
    assert lines[1] == display.HEADLESS
    assert "python -m engine run --preset sample" in lines[1]


def test_missing_system_library_is_named_with_the_packages(tmp_path: Path) -> None:
    program = """
import sys, types
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name == "PySide6.QtGui":
            raise ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
sys.meta_path.insert(0, Refuse())
from workbench.application import main
sys.exit(main([]))
"""
    done = start("-c", program, home=tmp_path)
    lines = done.stderr.strip().split("\n")
    assert done.returncode == 2
    assert len(lines) == 2, done.stderr
    assert "libEGL.so.1 is missing" in lines[0]
    assert "apt install" in lines[0]
    assert "libegl1" in lines[0]


def test_missing_python_package_is_named(tmp_path: Path) -> None:
    program = "import sys; sys.modules['PySide6'] = None; from workbench.application import main; sys.exit(main([]))"
    done = start("-c", program, home=tmp_path)
    assert done.returncode == 2
    assert "the Python package PySide6 is missing" in done.stderr


def test_a_plugin_whose_libraries_are_missing_is_an_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> None:
        raise OSError("libxcb-cursor.so.0: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(display.ctypes, "CDLL", refuse)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    found = display._linux_obstacle()
    assert found is not None
    assert "libxcb-cursor.so.0 is missing" in found
    assert "libxcb-cursor0" in found
