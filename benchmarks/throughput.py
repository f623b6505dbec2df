"""Rate of every input format and command, as multiples of a JSON Schema validator in the same run.

Each measurement is a process of its own, and the processes take turns. The rows are read by
``jsonschema_rs.is_valid(orjson.loads(line))`` in each turn, on one thread; a ratio is the median of the
ratios turn by turn. *Cold* is the first call in a process, the start of workers and late imports included;
*warm* is the second call. Other tools check less, as the last column says.
"""

import argparse
import csv
import gzip
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

BASE = "jsonschema_rs.is_valid(orjson.loads(line))"

LESS = "references, digests, quotes, numbers"


class Case(NamedTuple):
    """One way to check rows."""

    prepare: Callable[[Path], Callable[[], Any]]
    """Takes the folder of the files, and returns the call to time: a report, or a number of rows."""
    least: float | None = None
    stretch: float | None = None
    wrong: int = 0
    """One row in so many is wrong; 0 for none."""
    missing: str = ""
    """What another tool does not check."""


def validated(name: str, **options: Any) -> Case:
    """Return the check of a file."""

    def prepare(folder: Path) -> Callable[[], Any]:
        import kaiser_interview as ki

        return lambda: ki.validate(folder / name, **({"kind": "translation"} | options))

    return Case(prepare)


def kept(folder: Path) -> Callable[[], Any]:
    """Prepare a check of a columnar file by a validator that keeps its worker; only *warm* counts."""
    import kaiser_interview as ki

    validator = ki.Validator("translation")
    return lambda: validator.validate(folder / "rows.parquet")


def mappings(folder: Path) -> Callable[[], Any]:
    """Prepare the check of mappings."""
    import orjson

    import kaiser_interview as ki

    rows = [orjson.loads(line) for line in (folder / "rows.jsonl").open("rb")]
    return lambda: ki.validate(rows, kind="translation")


def table(folder: Path) -> Callable[[], Any]:
    """Prepare the check of a table in memory."""
    import pyarrow.parquet as pq

    import kaiser_interview as ki

    data = pq.ParquetFile(folder / "rows.parquet").read()
    return lambda: ki.validate(data, kind="translation")


def pipe(folder: Path) -> Callable[[], Any]:
    """Prepare the check of a pipe."""
    import kaiser_interview as ki

    def write(end: int) -> None:
        with open(end, "wb") as out, (folder / "rows.jsonl").open("rb") as rows:
            while chunk := rows.read(1 << 20):
                out.write(chunk)

    def run() -> Any:
        out, end = os.pipe()
        writer = threading.Thread(target=write, args=(end,))
        writer.start()
        report = ki.validate(f"/dev/fd/{out}", kind="translation")
        writer.join()
        os.close(out)
        return report

    return run


def split(name: str, folder: Path) -> Callable[[], Any]:
    """Prepare the split of a file."""
    import kaiser_interview as ki

    end = "".join(Path(name).suffixes)
    valid, rejects = folder / f"valid{end}", folder / f"rejects{end}"
    return lambda: ki.split(folder / name, kind="translation", valid=valid, rejects=rejects).report


def fix(name: str, folder: Path) -> Callable[[], Any]:
    """Prepare the fix of a file."""
    import kaiser_interview as ki

    defaults = {"creator": "a-model"}
    return lambda: (
        ki.fix(folder / name, kind="translation", output=folder / "out.jsonl", defaults=defaults).report
    )


def json_schema(folder: Path) -> Callable[[], int]:
    """Prepare the kind's own JSON Schema on each line."""
    import jsonschema_rs
    import orjson

    import kaiser_interview as ki

    schema = ki.json_schema("translation") | {"additionalProperties": True}  # names that begin with x_
    is_valid = jsonschema_rs.validator_for(schema).is_valid

    def run() -> int:
        with (folder / "rows.jsonl").open("rb") as file:
            return sum(is_valid(orjson.loads(line)) for line in file)

    return run


def pydantic(folder: Path) -> Callable[[], int]:
    """Prepare the kind's own model on each line."""
    import kaiser_interview as ki

    class Translation(ki.Translation):
        x_prompt: str | None = None

    Translation.model_rebuild()
    validate = Translation.__pydantic_validator__.validate_json

    def run() -> int:
        with (folder / "rows.jsonl").open("rb") as file:
            return sum(validate(line) is not None for line in file)

    return run


PATTERNS = {
    "id": "^[!-~]{1,256}$",
    "release": r"^\d+\.\d+\.\d+$",
    "claim_id": "^[!-~]{1,256}$",
    "claim_sha256": "^[0-9a-f]{64}$",
    "language": "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$",
}


def pandera(folder: Path) -> Callable[[], int]:
    """Prepare the rules that pandera can express, on polars."""
    import pandera.polars as pa
    import polars as pl

    columns = {name: pa.Column(str, pa.Check.str_matches(form)) for name, form in PATTERNS.items()}
    columns["id"] = pa.Column(str, pa.Check.str_matches(PATTERNS["id"]), unique=True)
    columns |= {
        "method": pa.Column(str, pa.Check.isin(["human", "model", "rule"])),
        "creator": pa.Column(str, pa.Check.str_length(min_value=1)),
        "created": pa.Column(pl.Datetime("us", "UTC"), nullable=True),
        "confidence": pa.Column(float, pa.Check.in_range(0, 1), nullable=True),
        "quote": pa.Column(str, pa.Check.str_length(min_value=1), nullable=True),
        "quote_start": pa.Column(pl.Int32, pa.Check.ge(0), nullable=True),
        "quote_end": pa.Column(pl.Int32, pa.Check.ge(0), nullable=True),
        "translation": pa.Column(str, pa.Check.str_length(min_value=1)),
    }
    schema = pa.DataFrameSchema(columns)
    return lambda: int(schema.validate(pl.read_parquet(folder / "rows.parquet"), lazy=True).height)


def polars(folder: Path) -> Callable[[], int]:
    """Prepare expressions written by hand."""
    import polars as pl

    good = pl.col("method").is_in(["human", "model", "rule"]) & pl.col("confidence").is_between(0, 1)
    for name, form in PATTERNS.items():
        good &= pl.col(name).str.contains(form)
    for name in ("creator", "quote", "translation"):
        good &= pl.col(name).str.len_bytes() > 0

    def run() -> int:
        frame = pl.scan_parquet(folder / "rows.parquet")
        counts = good.sum().alias("good"), pl.col("id").n_unique().alias("ids")
        return alike(*frame.select(*counts).collect().row(0))

    return run


def duckdb(folder: Path) -> Callable[[], int]:
    """Prepare SQL written by hand."""
    import duckdb as db

    tests = [f"regexp_full_match({name}, '{form.strip('^$')}')" for name, form in PATTERNS.items()]
    tests += ["method in ('human', 'model', 'rule')", "confidence between 0 and 1"]
    tests += [f"length({name}) > 0" for name in ("creator", "quote", "translation")]
    query = f"select count(*) filter ({' and '.join(tests)}), count(distinct id) from '{folder}/rows.parquet'"
    return lambda: alike(*db.connect().execute(query).fetchall()[0])


def alike(good: int, ids: int) -> int:
    """Return the number of valid rows with unique ids."""
    if good != ids:
        sys.exit(f"{good} good rows, {ids} ids")
    return int(good)


def frictionless(folder: Path) -> Callable[[], int]:
    """Prepare a table schema on CSV."""
    from frictionless import Schema, fields, validate
    from frictionless.resources import TableResource

    made = [
        fields.StringField(name=name, constraints={"pattern": form, "required": True})
        for name, form in PATTERNS.items()
    ]
    made[0].constraints["unique"] = True
    known = {field.name: field for field in made}
    header = (folder / "rows.csv").read_text("utf-8").partition("\n")[0].strip().split(",")
    schema = Schema(fields=[known.get(name, fields.AnyField(name=name)) for name in header])

    def run() -> int:
        report = validate(TableResource(path="rows.csv", basepath=str(folder), schema=schema))
        return int(report.tasks[0].stats["rows"])

    return run


CASES: dict[str, Case] = {
    BASE: Case(json_schema, missing=f"{LESS}, repeated keys, ids"),
    "validate Parquet": validated("rows.parquet")._replace(least=1.4, stretch=1.7),
    "validate Parquet, worker kept": Case(kept, 3, 4),
    "validate JSON Lines": validated("rows.jsonl")._replace(least=1.6, stretch=2.1),
    "JSON Lines, rows carry their kind": validated("kind.jsonl", kind=None)._replace(least=1.5, stretch=2),
    "JSON Lines, shuffled keys": validated("shuffled.jsonl")._replace(least=0.6, stretch=0.8),
    "JSON Lines, rows with lists": validated("lists.jsonl", kind="verdict")._replace(least=0.6, stretch=0.8),
    "JSON Lines, one row in ten wrong": validated("tenth.jsonl")._replace(least=0.6, stretch=1, wrong=10),
    "JSON Lines, every row wrong": validated("wrong.jsonl")._replace(least=0.15, stretch=0.5, wrong=1),
    "JSON Lines, gzip": validated("rows.jsonl.gz")._replace(least=1.1, stretch=1.6),
    "JSON array": validated("rows.json")._replace(least=1.0, stretch=1.3),
    "CSV": validated("rows.csv")._replace(least=1.2, stretch=2),
    "CSV, every cell quoted": validated("quoted.csv")._replace(least=0.7, stretch=1.1),
    "mappings": Case(mappings, 1.0, 1.5),
    "pipe of JSON Lines": Case(pipe, 1.2, 1.5),
    "table in memory": Case(table),
    "split JSON Lines": Case(partial(split, "rows.jsonl"), 0.8, 1.3),
    "split JSON Lines, one row in ten wrong": Case(partial(split, "tenth.jsonl"), 0.25, 0.5, 10),
    "split Parquet": Case(partial(split, "rows.parquet"), 1, 1.4),
    "fix JSON Lines, nothing to change": Case(partial(fix, "rows.jsonl"), 0.8, 1.3),
    "fix JSON Lines, every row changes": Case(partial(fix, "bare.jsonl"), 0.4, 0.8),
    "pydantic validate_json(line)": Case(pydantic, missing=f"{LESS}, repeated keys, ids"),
    "pandera on polars, Parquet": Case(pandera, missing=f"{LESS}, real dates in text"),
    "polars expressions, Parquet": Case(polars, missing=f"{LESS}; counts only, no findings"),
    "DuckDB SQL, Parquet": Case(duckdb, missing=f"{LESS}; counts only, no findings"),
    "frictionless, CSV": Case(frictionless, missing=f"{LESS}, all but five columns"),
}


def write_files(folder: Path, count: int) -> None:
    """Write the rows in every format."""
    from rows import line, rows, write_lines, write_parquet

    draw = random.Random(7)
    given = [*rows(count)]
    filled = ("quote_start", "quote_end", "claim_sha256", "release", "creator")
    texts = {
        "rows": given,
        "kind": [{"kind": "translation"} | row for row in given],
        "shuffled": [dict(draw.sample([*row.items()], len(row))) for row in given],
        "lists": [verdict(row, number) for number, row in enumerate(given)],
        "bare": [{name: value for name, value in row.items() if name not in filled} for row in given],
    }
    for name, some in texts.items():
        with (folder / f"{name}.jsonl").open("wb") as file:
            file.writelines(map(line, some))
    write_lines(folder / "tenth.jsonl", count, wrong=10)
    write_lines(folder / "wrong.jsonl", count, wrong=1)
    write_parquet(folder / "rows.parquet", count)
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress((folder / "rows.jsonl").read_bytes(), 6))
    (folder / "rows.json").write_text(json.dumps(given, ensure_ascii=False, separators=(",", ":")), "utf-8")
    quoted = [row | {"translation": f'He said:\n"{row["translation"]}"'} for row in given]
    write_csv(folder / "rows.csv", given, csv.QUOTE_MINIMAL)
    write_csv(folder / "quoted.csv", quoted, csv.QUOTE_ALL)


def write_csv(path: Path, rows: list[dict[str, Any]], quoting: Literal[0, 1]) -> None:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0]], quoting=quoting, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def verdict(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a row as a verdict, which has a list."""
    kept = {name: value for name, value in row.items() if name not in {"language", "translation"}}
    return kept | {
        "verdict": "supported",
        "rationale": row["translation"],
        "urls": [f"https://a.example/{number}"],
    }


def run_one(name: str, folder: Path) -> None:
    """Run one call twice, and print the rates."""
    run = CASES[name].prepare(folder)
    rates = []
    for _ in range(2):
        start = time.perf_counter()
        found = run()
        taken = time.perf_counter() - start
        rows = found if isinstance(found, int) else found.rows
        expected = -(-rows // CASES[name].wrong) if CASES[name].wrong else 0
        if not isinstance(found, int) and found.invalid != expected:
            sys.exit(f"{name}: expected {expected:,} invalid rows, got {found.invalid:,}")
        rates.append(rows / taken)
    print(json.dumps(rates))


READER = "import pydantic, pyarrow.parquet as pq, sys; pq.ParquetFile(sys.argv[1]).read()"


def whole_process(path: str) -> float:
    """Return the wall time of the command on a Parquet file, as a multiple of a process that reads it."""
    taken = []
    for arguments in (["-m", "kaiser_interview", "validate", "--kind", "translation"], ["-c", READER]):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments, path], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return taken[0] / taken[1]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5, help="turns (default: 5)")
    parser.add_argument("--only", default="", help="what matches this regular expression")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.folder)
        return
    names = [BASE, *(name for name in CASES if name != BASE and re.search(options.only, name))]
    found: dict[str, list[list[float]]] = {name: [] for name in names}
    processes = []
    with tempfile.TemporaryDirectory() as temporary:
        write_files(Path(temporary), options.rows)
        for _ in range(options.runs):
            for name in names:
                command = [sys.executable, __file__, "--one", name, "--folder", temporary]
                done = subprocess.run(command, check=False, capture_output=True, text=True)
                if done.returncode:
                    sys.exit(f"{name}: {done.stdout}{done.stderr}")
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
            processes.append(whole_process(f"{temporary}/rows.parquet"))
    print(f"{options.rows:,} rows, {options.runs} turns; multiples of {BASE}, warm, in the same turn\n")
    print("| | rows a second, cold | cold | warm | target | stretch target | does not check |")
    print("|---|--:|--:|--:|--:|--:|---|")
    for name, turns in found.items():
        base = [turn[1] for turn in found[BASE]]
        cold, warm = (
            statistics.median(turn[which] / one for turn, one in zip(turns, base, strict=True))
            for which in (0, 1)
        )
        rate = statistics.median(turn[0] for turn in turns)
        case = CASES[name]
        marks = " | ".join("" if one is None else f"{one:g}" for one in (case.least, case.stretch))
        print(f"| {name} | {rate:,.0f} | {cold:.2f} | {warm:.2f} | {marks} | {case.missing} |")
    ratio = statistics.median(processes)
    print(
        f"\n`kaiser-interview validate rows.parquet`, as a whole process: {ratio:.1f} times the time of one"
    )
    print("that imports pydantic and pyarrow and reads the file (median; the aim is at most 2.8).")


if __name__ == "__main__":
    main()
