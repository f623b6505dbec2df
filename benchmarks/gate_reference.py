"""The reference lane on JSON Lines, as ratios of rates against peers in the same run.

Translations with ids, pins, quotes and offsets, every row right. The peers take turns with the gate in one
process; the ratio of each turn is of processor time, so that other work on the machine counts less.
`jsonschema_rs` and `pydantic` judge the shape alone: neither knows a claim, a digest or a quote.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import orjson
from rows import write_translations

import kaiser_interview as ki


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="rows of the file (default: 200,000)")
    parser.add_argument("--runs", type=int, default=7, help="counted turns (default: 7)")
    options = parser.parse_args()

    validator = jsonschema_rs.validator_for(ki.json_schema("translation"))

    def gate(path: Path) -> int:
        return ki.validate(path, kind="translation").valid

    def json_schema(path: Path) -> int:
        with path.open("rb") as file:
            return sum(validator.is_valid(orjson.loads(line)) for line in file)

    def pydantic(path: Path) -> int:
        validate = ki.Translation.__pydantic_validator__.validate_json
        with path.open("rb") as file:
            return sum(validate(line) is not None for line in file)

    checks: dict[str, Callable[[Path], int]] = {
        "kaiser_interview.validate": gate,
        "jsonschema_rs.is_valid(orjson.loads(line))": json_schema,
        "pydantic validate_json(line)": pydantic,
    }
    ki.Translation.model_rebuild()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "translations.jsonl"
        size = write_translations(path, options.rows)
        times: dict[str, list[float]] = {name: [] for name in checks}
        for number in range(options.runs + 1):
            for name, check in checks.items():
                start = time.process_time()
                if check(path) != options.rows:
                    raise SystemExit(f"{name}: not every row is valid")
                if number:  # the first turn warms the caches
                    times[name].append(time.process_time() - start)

    print(f"{options.rows:,} rows, {size / options.rows:.0f} bytes a row, {options.runs} turns\n")
    print("| check | rows a second, median | µs a row |\n|---|---|---|")
    for name, taken in times.items():
        median = statistics.median(taken)
        print(f"| {name} | {options.rows / median:,.0f} | {median / options.rows * 1e6:.2f} |")
    print("\n| ratio of rates | median | least | most | at least |\n|---|---|---|---|---|")
    ours, *peers = times
    for peer, bound in zip(peers, (0.45, None), strict=True):
        ratios = sorted(b / a for a, b in zip(times[ours], times[peer], strict=True))
        print(
            f"| {ours} / {peer} | {statistics.median(ratios):.2f} | {ratios[0]:.2f} | {ratios[-1]:.2f} "
            f"| {bound or ''} |"
        )


if __name__ == "__main__":
    main()
