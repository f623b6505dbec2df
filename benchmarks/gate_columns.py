"""The gate on Parquet, Arrow and JSON Lines, as ratios of rates against peers in the same run.

Each check is a process of its own that prints how many rows a second it judged, from its first call to its
verdict, imports apart; what it starts itself, such as workers, counts. Checks take turns, and a ratio is the
median of the ratios turn by turn. The last column says what of our checks a peer does not make.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import doors

DATES = "null that is absent, real dates in text"
LACKS = "references, digests, quotes, numbers"


class Peer(NamedTuple):
    """Something that judges rows, and what it lacks."""

    run: Callable[[Path], int]
    file: str
    lacks: str


def gate(name: str, **options: Any) -> Callable[[Path], int]:
    """Return the gate on a file."""

    def run(folder: Path) -> int:
        import kaiser_interview as ki

        report = ki.validate(folder / name, kind="translation", **options)
        if report.invalid not in {0, report.rows} or not report.rows:
            raise SystemExit(report.summary)
        return report.rows

    return run


def gate_table(folder: Path) -> int:
    """Validate a table in memory."""
    import pyarrow.parquet as pq

    import kaiser_interview as ki

    table = pq.read_table(folder / "rows.parquet")
    start_again()
    return ki.validate(table, kind="translation").valid


def gate_dataset(folder: Path) -> int:
    """Validate a dataset."""
    import pyarrow.parquet as pq
    from datasets import Dataset

    import kaiser_interview as ki

    data = Dataset(pq.read_table(folder / "rows.parquet"))
    start_again()
    return ki.validate(data, kind="translation").valid


def gate_csv(folder: Path) -> int:
    """Validate CSV."""
    import kaiser_interview as ki

    return ki.validate(folder / "rows.csv", kind="translation").valid


def gate_quotes(folder: Path) -> int:
    """Compare quotes with the source, and nothing else."""
    import numpy as np
    import pyarrow.parquet as pq

    from kaiser_interview.dataset.loaders import shipped
    from kaiser_interview.validation.references.columns import ReferenceColumns

    names = ["claim_id", "quote", "quote_start", "quote_end"]
    references = ReferenceColumns(shipped())
    batches = [*pq.ParquetFile(folder / "rows.parquet").iter_batches(16_384, columns=names)]
    start_again()
    rows = 0
    for batch in batches:
        fields = dict(zip(names, batch.columns, strict=True))
        releases = np.full(batch.num_rows, 1 << 40)
        looked, _ = references.look(fields, batch.num_rows, releases)
        if looked.suspect.any():
            raise SystemExit("a right quote is suspect")
        rows += batch.num_rows
    return rows


def linkml(folder: Path) -> int:
    """Find each quote in the claim's passage, without fetching anything."""
    import pyarrow.parquet as pq
    from linkml_reference_validator.models import ReferenceContent, ReferenceValidationConfig
    from linkml_reference_validator.validation.supporting_text_validator import SupportingTextValidator

    from kaiser_interview.dataset.loaders import shipped

    names = ["claim_id", "quote"]
    rows = next(pq.ParquetFile(folder / "rows.parquet").iter_batches(20_000, columns=names)).to_pylist()
    validator = SupportingTextValidator(ReferenceValidationConfig(literal_bracket_patterns=[r"\d+"]))
    contents = {
        claim.claim_id: ReferenceContent(reference_id=f"file:{claim.claim_id}", content=claim.passage)
        for claim in shipped().claims.values()
    }
    start_again()
    for row in rows:
        if not validator.find_text_in_reference(row["quote"], contents[row["claim_id"]]).found:
            raise SystemExit("a right quote is not found")
    return len(rows)


def read_table(folder: Path) -> int:
    """Read the file, and judge nothing."""
    import pyarrow.parquet as pq

    return int(pq.read_table(folder / "rows.parquet").num_rows)


def prepared(prepare: Callable[[Path], Callable[[], Any]]) -> Callable[[Path], int]:
    """Return a peer of the other benchmark, its preparation apart."""

    def run(folder: Path) -> int:
        call = prepare(folder)
        start_again()
        return int(call())

    return run


def msgspec(folder: Path) -> int:
    """Validate each line by the same types and bounds as a struct."""
    from typing import Annotated, Literal

    import msgspec as ms

    text = Annotated[str, ms.Meta(min_length=1)]
    forms = {name: Annotated[str, ms.Meta(pattern=form)] for name, form in doors.PATTERNS.items()}
    offset = Annotated[int, ms.Meta(ge=0, le=2**31 - 1)]
    struct = ms.defstruct(
        "Translation",
        [
            *forms.items(),
            ("method", Literal["human", "model", "rule"]),
            ("creator", text),
            ("created", text),
            ("confidence", Annotated[float, ms.Meta(ge=0, le=1)]),
            ("quote", text),
            ("quote_start", offset),
            ("quote_end", offset),
            ("translation", text),
            ("x_prompt", str),
        ],
        forbid_unknown_fields=True,
    )
    decoder = ms.json.Decoder(struct)
    start_again()
    with (folder / "rows.jsonl").open("rb") as file:
        return sum(decoder.decode(line) is not None for line in file)


def frictionless(folder: Path) -> int:
    """Validate CSV by a table schema."""
    from frictionless import Schema, fields, validate
    from frictionless.resources import TableResource

    made = [
        fields.StringField(name=name, constraints={"pattern": form, "required": True})
        for name, form in doors.PATTERNS.items()
    ]
    made[0].constraints["unique"] = True
    known = {field.name: field for field in made}
    header = (folder / "few.csv").read_text("utf-8").partition("\n")[0].replace('"', "").split(",")
    schema = Schema(fields=[known.get(name, fields.AnyField(name=name)) for name in header])
    start_again()
    report = validate(TableResource(path="few.csv", basepath=str(folder), schema=schema))
    if not report.valid:
        raise SystemExit(str(report.flatten()[:3]))
    return int(report.tasks[0].stats["rows"])


SHAPE = f"{LACKS}, keys that stand twice, ids"
PEERS: dict[str, Peer] = {
    "gate, Parquet": Peer(gate("rows.parquet"), "parquet", ""),
    "gate, Parquet, one worker": Peer(gate("rows.parquet", workers=1), "parquet", ""),
    "gate, Parquet, every row invalid": Peer(gate("wrong.parquet"), "parquet", ""),
    "gate, table in memory, one process": Peer(gate_table, "parquet", ""),
    "gate, datasets.Dataset, one process": Peer(gate_dataset, "parquet", ""),
    "pq.read_table": Peer(read_table, "parquet", "everything: it only reads"),
    "pandera on polars": Peer(
        prepared(doors.pandera), "parquet", f"{LACKS}, null that is absent, real dates in text"
    ),
    "polars expressions": Peer(prepared(doors.polars), "parquet", f"{LACKS}; counts alone, no findings"),
    "DuckDB SQL": Peer(prepared(doors.duckdb), "parquet", f"{LACKS}; counts alone, no findings"),
    "gate, JSON Lines": Peer(gate("rows.jsonl"), "jsonl", ""),
    "gate, JSON Lines, one process": Peer(gate("rows.jsonl", workers=1), "jsonl", ""),
    "gate, JSON Lines, every row invalid": Peer(gate("wrong.jsonl"), "jsonl", ""),
    "jsonschema_rs.is_valid(orjson.loads(line))": Peer(prepared(doors.json_schema), "jsonl", SHAPE),
    "pydantic validate_json(line)": Peer(prepared(doors.pydantic), "jsonl", SHAPE),
    "msgspec": Peer(msgspec, "jsonl", f"{SHAPE}, real dates"),
    "gate, CSV": Peer(gate_csv, "csv", ""),
    "frictionless, CSV": Peer(frictionless, "csv", f"{LACKS}, all but the columns with patterns"),
    "gate, quotes alone, one process": Peer(gate_quotes, "parquet", ""),
    "linkml-reference-validator": Peer(linkml, "parquet", "offsets, digests; folds case and white space"),
}
RATIOS = [
    ("gate, Parquet", "pq.read_table", 0.4, 0.7),
    ("gate, Parquet", "pandera on polars", 1.0, 1.5),
    ("gate, Parquet", "polars expressions", None, None),
    ("gate, Parquet", "DuckDB SQL", None, None),
    ("gate, JSON Lines", "jsonschema_rs.is_valid(orjson.loads(line))", 1.3, 2.5),
    ("gate, JSON Lines", "pydantic validate_json(line)", 1.4, 2.0),
    ("gate, JSON Lines", "msgspec", None, None),
    ("gate, JSON Lines, one process", "jsonschema_rs.is_valid(orjson.loads(line))", None, None),
    ("gate, CSV", "frictionless, CSV", None, None),
    ("gate, quotes alone, one process", "linkml-reference-validator", 1000, None),
    ("gate, Parquet, every row invalid", "gate, Parquet", 1 / 20, 1 / 8),
    ("gate, JSON Lines, every row invalid", "gate, JSON Lines", 1 / 20, 1 / 8),
]

_started = 0.0


def start_again() -> None:
    """Begin to count the time: what came before was preparation."""
    global _started  # noqa: PLW0603 - one process, one check
    _started = time.perf_counter()


def run_one(name: str, folder: Path) -> None:
    """Run one check, and print its rate and the most memory that a process of it held."""
    import resource

    if name.startswith("gate"):
        import kaiser_interview as ki

        ki.Translation.model_rebuild()
    start_again()
    rows = PEERS[name].run(folder)
    taken = time.perf_counter() - _started
    most = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"rate": rows / taken, "memory": most / 1024}))


def write_files(folder: Path, parquet_rows: int, text_rows: int) -> None:
    """Write the files that are judged."""
    import pyarrow as pa
    import pyarrow.csv
    from rows import batches, write_lines, write_parquet

    sizes = {
        "Parquet": write_parquet(folder / "rows.parquet", parquet_rows) / parquet_rows,
        "JSON Lines": write_lines(folder / "rows.jsonl", text_rows) / text_rows,
    }
    write_parquet(folder / "wrong.parquet", parquet_rows // 5, wrong=True)
    write_lines(folder / "wrong.jsonl", text_rows // 5, wrong=True)
    for name, count in (("rows.csv", text_rows // 5), ("few.csv", 20_000)):
        table = pa.Table.from_batches(batches(count))
        created = pa.compute.strftime(table["created"], "%Y-%m-%dT%H:%M:%SZ")
        table = table.set_column(table.schema.get_field_index("created"), "created", created)
        empty = [one for one in table.schema.names if table[one].null_count == len(table)]
        pyarrow.csv.write_csv(table.drop_columns(empty), folder / name)
    print(f"{parquet_rows:,} rows of Parquet, {text_rows:,} of JSON Lines; bytes a row: ", end="")
    print(", ".join(f"{name} {size:.0f}" for name, size in sizes.items()), "\n")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parquet-rows", type=int, default=10_000_000)
    parser.add_argument("--text-rows", type=int, default=2_000_000)
    parser.add_argument("--runs", type=int, default=5, help="turns (default: 5)")
    parser.add_argument("--only", default="", help="checks whose names match this regular expression")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.one, options.folder)
        return
    names = [name for name in PEERS if re.search(options.only, name)]
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        write_files(Path(temporary), options.parquet_rows, options.text_rows)
        for _ in range(options.runs):
            for name in names:
                command = [sys.executable, __file__, "--one", name, "--folder", temporary]
                done = subprocess.run(command, check=False, capture_output=True, text=True)
                if done.returncode:
                    sys.exit(f"{name}: {done.stdout}{done.stderr}")
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
    print("| check | rows a second, median | MiB, its own process and the largest it started | lacks |")
    print("|---|---|---|---|")
    for name, runs in found.items():
        rate = statistics.median(run["rate"] for run in runs)
        memory = statistics.median(run["memory"] for run in runs)
        print(f"| {name} | {rate:,.0f} | {memory:,.0f} | {PEERS[name].lacks} |")
    print("\n| ratio of rates | median | least | most | at least | stretch |\n|---|---|---|---|---|---|")
    for ours, peer, bound, stretch in RATIOS:
        if ours in found and peer in found:
            pairs = zip(found[ours], found[peer], strict=True)
            ratios = sorted(one["rate"] / other["rate"] for one, other in pairs)
            marks = " | ".join("" if one is None else f"{one:.3g}" for one in (bound, stretch))
            print(
                f"| {ours} / {peer} | {statistics.median(ratios):.3g} | {ratios[0]:.3g} | {ratios[-1]:.3g} "
                f"| {marks} |"
            )


if __name__ == "__main__":
    main()
