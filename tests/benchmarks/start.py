"""How long the first window takes: from the start of the process to its first paint, five times, warm.

    python tests/benchmarks/start.py

Prints a table and one JSON line; needs a display, or QT_QPA_PLATFORM=offscreen.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time

STARTS = 5
PROGRAM = """
import sys, time
from engine.home import Home
from workbench.application import make_application
app = make_application()
from workbench.main_window import MainWindow
from workbench.preferences import Preferences
home = Home.locate(sys.argv[1])
window = MainWindow(home, Preferences(home.root / "workbench.ini"))
window.show()
app.processEvents()
print(time.time(), *sorted({"torch", "pandas", "sqlalchemy", "pyqtgraph"} & set(sys.modules)))
window.close()
"""


def main() -> None:
    seconds, loaded = [], set()
    with tempfile.TemporaryDirectory() as home:
        for _ in range(STARTS + 1):  # the first one warms the disk's cache and does not count
            begin = time.time()
            done = subprocess.run([sys.executable, "-c", PROGRAM, home], capture_output=True, text=True, check=True)
            shown, *modules = done.stdout.split()
            seconds.append(float(shown) - begin)
            loaded.update(modules)
    counted = seconds[1:]
    print("seconds to the first window:", ", ".join(f"{each:.2f}" for each in counted))
    print(f"median {statistics.median(counted):.2f}; large libraries loaded by then: {', '.join(loaded) or 'none'}")
    print(
        json.dumps(
            {"benchmark": "start", "median_seconds": round(statistics.median(counted), 2), "loaded": sorted(loaded)}
        )
    )


if __name__ == "__main__":
    main()
