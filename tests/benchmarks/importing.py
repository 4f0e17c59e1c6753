"""How fast a large CSV file is imported, and in how much memory.

    python tests/benchmarks/importing.py [--megabytes 200,1000] [--width 200] [--suffix .csv] [--folder FOLDER]

Every file has five columns: a user (of 20 rows), an item (of 50), a time, a rating and a review of `--width` characters
with line breaks in it. It is written to a temporary folder (in FOLDER, if given), imported by
`Library.import_files` in a process of its own, and dropped. `--suffix` .csv.gz or .parquet writes the same rows in that
way; the size stays that of the text. Prints a table and one JSON line. Peak memory is the whole process, about 100 MB
of which are the libraries. The other benchmarks take `imported` from here.
"""

import argparse
import gzip
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from engine.home import Home
from engine.library import Library
from engine.store import Store

USER_ROWS, ITEM_ROWS, ROWS = 20, 50, 10_000
OTHER_CELLS = 40  # characters of a row
COLUMNS = ("user_id", "item_id", "timestamp", "rating", "review")
WORDS = "A review of many words,\nsome of them are “quoted”. "


def imported(home: Path, data: Path) -> Path:
    """The folder of the dataset that `data` becomes, in a home of its own."""
    place = Home.locate(home)
    store = Store(place.database)
    Library(place, store).import_files("data", [data])
    store.close()
    return place.datasets / "data"


def texts(size: int, width: int) -> Iterator[str]:
    """Lines of CSV, many at a time, of about `size` bytes in all."""
    draw, written, now = np.random.default_rng(0), 0, 1_600_000_000
    rows = size // (width + OTHER_CELLS)
    review = (WORDS * (width // len(WORDS) + 1))[:width]
    while written < size:
        users = draw.integers(1 + rows // USER_ROWS, size=ROWS).tolist()
        items = draw.integers(1 + rows // ITEM_ROWS, size=ROWS).tolist()
        lines = [
            f'u{user},i{item},{now + row},4.5,"{review}"\n'
            for row, (user, item) in enumerate(zip(users, items, strict=True))
        ]
        now += ROWS
        text = "".join(lines)
        written += len(text.encode())
        yield text


def write(path: Path, size: int, width: int) -> None:
    """A file of about `size` bytes (of text, where it is packed)."""
    header = ",".join(COLUMNS) + "\n"
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.csv as arrow_csv
        import pyarrow.parquet as pq

        options = arrow_csv.ParseOptions(newlines_in_values=True)
        with_types = arrow_csv.ConvertOptions(column_types={"review": pa.string()})
        writer = None
        for text in texts(size, width):
            table = arrow_csv.read_csv(
                io.BytesIO((header + text).encode()), parse_options=options, convert_options=with_types
            )
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
        if writer:
            writer.close()
        return
    with gzip.open(path, "wt", 1) if path.suffix == ".gz" else path.open("w") as file:
        file.write(header)
        file.writelines(texts(size, width))


def measure(path: Path, home: Path) -> dict[str, float]:
    """Seconds of an import, and the peak memory of this process in MB."""
    begin = time.perf_counter()
    imported(home, path)
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", default="200,1000")
    parser.add_argument("--width", type=int, default=200)
    parser.add_argument("--suffix", default=".csv", choices=(".csv", ".csv.gz", ".parquet"))
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--part", nargs=2, type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        print(json.dumps(measure(*arguments.part)))
        return
    found = []
    print(f"{'MB':>8}{'seconds':>10}{'MB/s':>8}{'peak MB':>9}")
    for megabytes in map(int, arguments.megabytes.split(",")):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
            folder = Path(name)
            path = folder / f"large{arguments.suffix}"
            write(path, megabytes * 10**6, arguments.width)
            command = [sys.executable, __file__, "--part", str(path), str(folder / "home")]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(done.stderr)
        values = {"megabytes": megabytes} | json.loads(done.stdout.splitlines()[-1])
        values["mb_per_second"] = megabytes / values["seconds"]
        found.append(values)
        numbers = f"{values['seconds']:10,.1f}{values['mb_per_second']:8,.1f}{values['peak_mb']:9,.0f}"
        print(f"{megabytes:8,}{numbers}", flush=True)
    options = {"suffix": arguments.suffix, "width": arguments.width}
    print(json.dumps({"benchmark": "importing"} | options | {"found": found}))


if __name__ == "__main__":
    main()
