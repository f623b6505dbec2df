"""`split` puts every row of a file into exactly one of two files and changes none."""

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from scale import amount

import kaiser_interview as ki

KIND = {"translations": "translation", "labels": "label", "mentions": "mention", "relations": "relation"}
ENDS = [b"\n", b"\r\n"]
PACKED = ["", "", ".gz", ".zst"]
ODD = ["", "𠮷\u2028\u0085\x0b", 'a "b", [c]} {', "\\", "\t\r\n", "x" * 3000, "\ud7ff\ufeff\x7f"]

# Invalid rows, as JSON texts that are also valid array elements.
WRONG = [
    b"nul", b"1", b"-", b'"', b'"[{,"', b"[]", b'[1,[{"a":"]"}]]', b"{}", b"NaN", b"1e999", b"{,}",
    b'{"claim_id": "d01-c01", "claim_id": "d01-c01"}', b'{"creator": "\xb4\xf3\xbc\xd2"}',
    b'{"a": "\\ud800"}', b'{"a" "b"}', b'{"b": tru}', b'{"a": "\x01"}', b"{'a': 1}", b'{"\\"": "\\\\"}',
    b"[" * 300 + b"]" * 300,
]  # fmt: skip
# And texts that only a line can contain.
BROKEN = [
    b"{",
    b"]",
    b'"',
    b'{"a": "',
    b",",
    b"{}{}",
    b"[}]",
    b"ab\0",
    b"\xff",
    b'{"a": 1},',
    b"a\rb",
    b"# a",
]


def fields(draw: random.Random, table: str, *, right: bool) -> dict:
    """Draw a row of a shipped layer, valid or made invalid."""
    row = json.loads(draw.choice(ki.load(table)).model_dump_json(exclude_none=draw.random() < 0.5))
    del row["id"]
    row |= {"x_odd": draw.choice(ODD), "rationale": draw.choice(ODD[1:])}
    if not right:
        name, value = draw.choice(
            [
                ("claim_id", "d99-c01"),
                ("claim_sha256", "0" * 64),
                ("method", "guess"),
                ("note", 1),
                ("kind", "?"),
            ]
        )
        row[name] = value
    return row


def spelled(draw: random.Random, row: dict, end: bytes, *, many_lines: bool) -> bytes:
    """Write a row in one of the ways in which JSON can be written."""
    return json.dumps(
        row,
        ensure_ascii=draw.random() < 0.3,
        indent=draw.choice([None, 0, 4, "\t"]) if many_lines else None,
        separators=draw.choice([(",", ":"), (", ", ": "), ("  ,", " :\t")]),
    ).encode().replace(b"\n", end)  # fmt: skip


def lines(draw: random.Random, table: str) -> tuple[bytes, list[tuple[bytes, bool]]]:
    """Draw a JSON Lines file; return it with its rows in output form and whether each is valid."""
    end, made = draw.choice(ENDS), []
    data = b"\xef\xbb\xbf" * (draw.random() < 0.2)
    for _ in range(draw.randrange(8)):
        right = draw.random() < 0.5
        if right or draw.random() < 0.4:
            row = spelled(draw, fields(draw, table, right=right), end, many_lines=False)
            row = draw.choice([b"", b" ", b"\t "]) + row + draw.choice([b"", b"", b"  "])
        else:
            row = draw.choice(WRONG + BROKEN)
        data += draw.choice([b"", b"", end, b" \t" + end]) + row + end
        made.append((row + end.removesuffix(b"\n"), right))
    if made and draw.random() < 0.3:
        data = data.removesuffix(end)
        made[-1] = (made[-1][0].removesuffix(b"\r"), made[-1][1])
    return data, made


def array(draw: random.Random, table: str) -> tuple[bytes, list[tuple[bytes, bool]]]:
    """Draw a JSON array, as `lines`."""
    end, made = draw.choice(ENDS), []
    for _ in range(draw.randrange(1, 8)):
        right = draw.random() < 0.5
        if right or draw.random() < 0.4:
            made.append((spelled(draw, fields(draw, table, right=right), end, many_lines=True), right))
        else:
            made.append((draw.choice([one for one in WRONG if one != b'"']), right))
    space = [b"", b" ", end, end + b"\t" * 3, b" " * 70]
    data = b"\xef\xbb\xbf" * (draw.random() < 0.2) + draw.choice(space) + b"[" + draw.choice(space)
    for number, (row, _) in enumerate(made):
        data += (b"," + draw.choice(space) if number else b"") + row + draw.choice(space)
    return data + b"]" + draw.choice(space), made


HEADER = ["claim_id", "scheme", "value", "method", "creator", "rationale", "x_odd"]
MARKS = [",", ";", "\t"]


def cell(draw: random.Random, value: str, mark: str) -> str:
    if draw.random() < 0.3 or any(one in value for one in (mark, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value


def table_of(mark: str, end: bytes) -> Callable[..., tuple[bytes, list[tuple[bytes, bool]]]]:
    """Return a function that draws CSV files of one header, as `lines`."""

    def csv(draw: random.Random, _: str) -> tuple[bytes, list[tuple[bytes, bool]]]:
        made = []
        data = b"\xef\xbb\xbf" * (draw.random() < 0.2) + mark.join(HEADER).encode() + end
        for _ in range(draw.randrange(8)):
            right = draw.random() < 0.5
            values = ["d01-c01", "a:b", draw.choice(ODD[1:]), "human", "me", *draw.choices(ODD, k=2)]
            cells = [cell(draw, value, mark) for value in values]
            if not right:
                number = draw.randrange(len(cells))
                cells[number] = draw.choice(['a"b"', '"a"b', 'a""', '"a" ', "a\rb", "\0", "", "d99-c01"])
                cells = draw.choice([cells, cells[:number], [*cells, "x"]])
                # What may have become right by this: an empty cell that may be, or the right number of cells.
                cells = ["d99-c01", *cells[1:]]
            row = mark.join(cells).encode()
            data += draw.choice([b"", b"", end]) + row + end
            made.append((row + end.removesuffix(b"\n"), right))
        if made and draw.random() < 0.3:
            data = data.removesuffix(end)
            made[-1] = (made[-1][0].removesuffix(b"\r"), made[-1][1])
        return data, made

    return csv


def opened(
    data: bytes, made: list[tuple[bytes, bool]], mark: bytes, end: bytes
) -> tuple[bytes, list[tuple[bytes, bool]]]:
    """Return a CSV file with an unclosed quotation mark: the text after it is one row."""
    if not data.endswith(end):
        data, made = data + end, [*made[:-1], (made[-1][0] + end.removesuffix(b"\n"), made[-1][1])]
    row = b"d01-c01" + mark + b'"' + end + b"d01-c01" + mark
    return data + row, [*made, (row, False)]


def written(form: str, rows: list[bytes], header: bytes) -> bytes:
    """Return a file of rows as split is to write it."""
    if form == "array":
        return b"[\n" + b",\n".join(rows) + b"\n]\n" if rows else b"[]\n"
    return header + b"".join(row + b"\n" for row in rows)


def unpacked(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zst":
        with pa.input_stream(str(path), compression="zstd") as file:
            return file.read()
    return path.read_bytes()


@pytest.mark.parametrize("form", ["lines", "array", "csv"])
def test_every_row_is_in_exactly_one_of_two_files(tmp_path, form):
    draw = random.Random(form)
    seen = {True: 0, False: 0}
    for trial in range(amount(60, 3_000)):
        table = "labels" if form == "csv" else draw.choice([*KIND])
        mark, end = draw.choice(MARKS), draw.choice(ENDS)
        make = {"lines": lines, "array": array, "csv": table_of(mark, end)}[form]
        suffix = {"lines": ".jsonl", "array": ".json", "csv": ".csv"}[form]
        folder = tmp_path / str(trial)
        (folder / "in").mkdir(parents=True)
        made: list[tuple[bytes, bool]] = []
        count = draw.choice([1, 1, 1, 3])
        for number in range(count):
            data, rows = make(draw, table)
            if form == "csv" and number == count - 1 and draw.random() < 0.2:
                data, rows = opened(data, rows, mark.encode(), end)
            compressed = draw.random() < 0.2
            path = folder / "in" / f"{number}{suffix}{'.gz' * compressed}"
            path.write_bytes(gzip.compress(data, mtime=0) if compressed else data)
            made += rows
        if not made:
            continue
        ok, no = (folder / f"{name}{suffix}{draw.choice(PACKED)}" for name in ("ok", "no"))
        options = {"kind": KIND[table]}
        report = ki.split(
            folder / "in", valid=ok, rejects=no, **options, max_findings=draw.choice([0, 10])
        ).report
        right = [row for row, is_right in made if is_right]
        wrong = [row for row, is_right in made if not is_right]
        assert (report.rows, report.valid, report.invalid) == (len(made), len(right), len(wrong))
        header = mark.join(HEADER).encode() + end if form == "csv" else b""
        assert unpacked(ok) == written(form, right, header)
        assert unpacked(no) == written(form, wrong, header)
        beside = no.with_name(f"{no.name}.findings.jsonl").read_text("utf-8").split("\n")[:-1]
        found = [json.loads(line) for line in beside]
        assert {one.pop("reject") for one in found} - {None} == {*range(len(wrong))}
        assert found == [json.loads(one.to_json()) for one in report.iter_findings()]
        # Each output has the same rows again, and valid rows are still valid.
        for path, count_of in ((ok, len(right)), (no, len(wrong))):
            again = ki.split(path, valid=folder / "a", rejects=folder / "b", **options).report
            assert (again.complete, again.rows, again.valid) == (True, count_of, count_of * (path is ok))
            if count_of:
                # Within open quotation marks, a last line feed is one of the row's.
                same = (folder / ("a" if path is ok else "b")).read_bytes()
                assert unpacked(path).rstrip(b"\n") == same.rstrip(b"\n")
        seen[True] += len(right)
        seen[False] += len(wrong)
    assert min(seen.values()) > amount(60, 3_000)


def test_rows_from_python_are_all_there(tmp_path):
    draw = random.Random(7)
    for _ in range(amount(30, 2_000)):
        table = draw.choice([*KIND])
        made = [(fields(draw, table, right=right), right) for right in draw.choices([True, False], k=6)]
        data = [row for row, _ in made]
        # A table has the columns of its first row.
        columns = dict.fromkeys(name for row in data for name in row)
        given = draw.choice([data, iter(data), pa.Table.from_pylist([columns | row for row in data])])
        report = ki.split(given, valid=tmp_path / "ok", rejects=tmp_path / "no", kind=KIND[table]).report
        back = [
            [json.loads(line) for line in unpacked(tmp_path / name).splitlines()] for name in ("ok", "no")
        ]
        whole = [[{n: v for n, v in row.items() if v is not None} for row in rows] for rows in back]
        for rows, wanted in zip(whole, (True, False), strict=True):
            assert rows == [
                {n: v for n, v in row.items() if v is not None} for row, right in made if right is wanted
            ]
        assert report.rows == 6
