"""Rows per second in Spark against one machine, on the same two cores, and the memory of a Python worker.

Run it in the environment of `make spark`: ``build/spark/bin/python benchmarks/spark.py``. The rows are valid
translations with unique ids, as in `throughput.py`, in files of 100,000 rows. Each measurement is a call in
one process, after a warm one; the calls take turns. `mapInArrow` with a function that returns its batches
unchanged shows what Spark takes to send the rows to Python and back.
"""

import argparse
import itertools
import os
import statistics
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, sleep
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
import rows as made

import kaiser_interview as ki
import kaiser_interview.spark as ks

_FILE = 100_000


def write(folder: Path, count: int) -> tuple[Path, Path]:
    """Write rows as Parquet and as JSON Lines, in files of 100,000 rows; return both folders."""
    tables, lines = folder / "parquet", folder / "lines"
    tables.mkdir()
    lines.mkdir()
    whole = pa.Table.from_batches(made.batches(min(count, _FILE)))
    texts = made.lines(count)
    for number in range(-(-count // _FILE)):
        ids = [f"{number:04}-{row}" for row in range(whole.num_rows)]
        table = whole.set_column(whole.schema.get_field_index("id"), "id", pa.array(ids))
        pq.write_table(table, tables / f"{number:04}.parquet", compression="zstd", write_page_checksum=True)
        with (lines / f"{number:04}.jsonl").open("wb") as file:
            file.writelines(itertools.islice(texts, _FILE))
    return tables, lines


def unchanged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Return the batches."""
    return batches


def calls(spark: Any, tables: Path, lines: Path) -> dict[str, Callable[[], Any]]:
    """Return what is measured, by name."""
    options: Any = {"kind": "translation"}
    frame, texts = spark.read.parquet(str(tables)), ks.read_lines(spark, lines)
    without_ids = options | {"ignore": ["duplicate-id"]}

    def used(df: Any) -> None:
        df.write.format("noop").mode("overwrite").save()

    return {
        "one machine, Parquet": lambda: ki.validate(tables, **options),
        "Spark, Parquet: report": lambda: ks.report(ks.validate(frame, **options)),
        "Spark, Parquet: report, ids not compared": lambda: ks.report(ks.validate(frame, **without_ids)),
        "Spark, Parquet: findings of all rows": lambda: used(ks.validate(frame, **options)),
        "Spark, Parquet: findings, ids not compared": lambda: used(ks.validate(frame, **without_ids)),
        "Spark, Parquet: mapInArrow, rows unchanged": lambda: used(frame.mapInArrow(unchanged, frame.schema)),
        "one machine, JSON Lines": lambda: ki.validate(lines, **options),
        "Spark, JSON Lines: report": lambda: ks.report(ks.validate(texts, **options)),
        "Spark, JSON Lines: report, ids not compared": lambda: ks.report(ks.validate(texts, **without_ids)),
        "Spark, JSON Lines: findings of all rows": lambda: used(ks.validate(texts, **options)),
    }


class Memory:
    """The highest resident memory of a Python process of Spark, in MiB, while the context is open."""

    def __enter__(self) -> Self:
        self.most: float = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            for path in Path("/proc").glob("[0-9]*"):
                try:
                    is_worker = b"pyspark" in (path / "cmdline").read_bytes() and path.name != str(
                        os.getpid()
                    )
                    status = (path / "status").read_text() if is_worker else ""
                except OSError:
                    continue
                if "Name:\tpython" in status and "VmRSS" in status:
                    self.most = max(self.most, int(status.split("VmRSS:")[1].split()[0]) / 1024)
            sleep(0.2)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--only", default="", help="a text in the names of what is measured")
    given = parser.parse_args()
    os.environ |= {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.driver.memory", "4g").config("spark.sql.shuffle.partitions", "8")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    taken, memory = defaultdict[str, list[float]](list), dict[str, float]()
    with tempfile.TemporaryDirectory() as folder:
        tables, lines = write(Path(folder), given.rows)
        ks.report(ks.validate(spark.read.parquet(str(tables)).limit(1000), kind="translation"))
        for _ in range(given.turns):
            for name, call in calls(spark, tables, lines).items():
                if given.only not in name:
                    continue
                with Memory() as watched:
                    start = perf_counter()
                    call()
                    taken[name].append(perf_counter() - start)
                memory[name] = max(memory.get(name, 0.0), watched.most)
    spark.stop()
    print(f"{given.rows:,} rows, {given.turns} turns, local[2]\n")
    print("| | rows a second | of one machine | most memory of a Python worker, MiB |\n|---|--:|--:|--:|")
    for name, times in taken.items():
        of = taken["one machine, JSON Lines" if "JSON Lines" in name else "one machine, Parquet"]
        ratio = statistics.median(one / other for one, other in zip(of, times, strict=True))
        held = f"{memory[name]:,.0f}" if name.startswith("Spark") else ""
        print(f"| {name} | {given.rows / statistics.median(times):,.0f} | {ratio:.2f} | {held} |")


if __name__ == "__main__":
    main()
