"""Build the shipped data, schemas and pages from `raw/` and the models. The bytes are the same each time.

``python -m kaiser_interview.build`` writes the files. ``--check`` compares them with the existing files.
``--record`` first appends new and revised claims to `raw/releases.jsonl`, the history of all releases.
"""

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import release, storage
from .._version import data_release
from ..corpus.corpus import Corpus
from ..corpus.files import read_corpus
from ..corpus.grammar import Cut, cut, decode
from ..dataset import citation
from ..errors import BuildError, SourceError
from ..records import schemas
from ..records.models import KINDS, Claim, Dialogue, Record, Source
from ..storage import digest
from ..validation.findings.output_schemas import OUTPUT_SCHEMAS, output_schema
from ..validation.formats.json.text import parse
from . import pages
from .card_files import describing_files
from .described_tables import File, Table
from .descriptions import DESCRIPTIONS_MODULE, generated_module
from .layers import Layers, read_layers
from .vocabularies import check_examples, check_vocabularies

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["build", "main"]

RAW = "raw"

_MEMORY = f"{RAW}/releases.jsonl"

OUTPUTS = ("src/kaiser_interview/data", "schemas/v1", "docs/findings")

_CHANGE = ("claim_id", "claim_sha256", "successor")


def build(root: Path, *, record: bool = False) -> dict[str, bytes]:
    """Return the contents of every built file by its path under `root`. Nothing is written.

    Parameters
    ----------
    root : pathlib.Path
        The checkout, which contains `raw/`.
    record : bool, default False
        Whether to append new and revised claims to the history of all releases.

    Returns
    -------
    dict of str to bytes
        The data directory with its cards and manifest, the JSON Schemas, the generated pages of the
        documentation, the descriptions of fields, and `CITATION.cff`. With `record`, also the history.

    Raises
    ------
    BuildError
        A file in `raw/` is invalid, or a field has no docstring. The message has file, line and reason.
    """
    descriptions = generated_module()
    raw = root / RAW
    about = _toml(raw / "source.toml")
    text, found = _source(raw, about)
    memory = _memory(raw, found, record=record)
    history = _history(memory, found)
    vocabularies = _toml(raw / "vocabularies.toml")
    check_vocabularies(vocabularies)
    layers = read_layers(raw / "layers", _corpus(text, found, about, memory), vocabularies)
    check_examples(vocabularies, layers)

    tables: dict[str, list[Record]] = {
        "claims": [*_claims(found, layers, history)],
        "dialogues": [*_dialogues(found, about["english"])],
        "sources": [_source_record(text, found, about)],
        "translations": [*layers.translations],
        "labels": [*layers.labels],
        "mentions": [*layers.mentions],
        "relations": [*layers.relations],
    }
    data: dict[str, bytes] = {"releases.jsonl": memory}
    data[schemas.VOCABULARIES] = (json.dumps(vocabularies, ensure_ascii=False, indent=1) + "\n").encode()
    described_tables = []
    for name, kind in release.TABLES.items():
        arrow = schemas.to_table(KINDS[kind], tables[name])
        written = {
            f"{name}.parquet": _parquet(arrow),
            f"{name}.jsonl": "".join(f"{row.model_dump_json()}\n" for row in tables[name]).encode(),
        }
        data |= written
        both = [File.of(path, content) for path, content in written.items()]
        described = json.loads(schemas.schema_text(kind, vocabularies))
        read = release.parquet_table(written[f"{name}.parquet"])  # has the size that other readers report
        described_tables.append(Table(name, arrow.num_rows, arrow.schema, described, read.nbytes, *both))
    source = tables["sources"][0].model_dump()
    describing = describing_files(described_tables, vocabularies, source)
    data |= {name: text.encode() for name, text in describing.items()}
    data[release.MANIFEST] = release.manifest_bytes(data)
    files = {f"{OUTPUTS[0]}/{name}": content for name, content in data.items()}
    files |= {f"{OUTPUTS[1]}/{kind}.json": schemas.schema_text(kind, vocabularies).encode() for kind in KINDS}
    for output in OUTPUT_SCHEMAS:
        files[f"{OUTPUTS[1]}/{output}.json"] = f"{json.dumps(output_schema(output), indent=2)}\n".encode()
    files["CITATION.cff"] = citation.cff().encode()
    files[DESCRIPTIONS_MODULE] = descriptions.encode()
    files |= pages.pages({table.name: table.rows for table in described_tables})
    if record:
        files[_MEMORY] = memory
    return files


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the build from the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kaiser_interview.build", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the checkout; default: this folder")
    parser.add_argument(
        "--check", action="store_true", help="compare and write nothing; exit code 1 if a file differs"
    )
    parser.add_argument("--record", action="store_true", help="append new and revised claims to the releases")
    options = parser.parse_args(arguments)
    try:
        files = build(options.root, record=options.record)
    except BuildError as error:
        print(f"{error}\nNothing was written.", file=sys.stderr)
        return 2
    stale = [path for path in _present(options.root) if path not in files]
    changed = [path for path, data in files.items() if not _is(options.root / path, data)]
    if options.check:
        for path in sorted([*stale, *changed]):
            print(f"{path}: {'not built from raw/' if path in stale else 'out of date'}; run: make data")
        return 1 if stale or changed else 0
    for path in changed:
        (options.root / path).parent.mkdir(parents=True, exist_ok=True)
        storage.write_bytes(options.root / path, files[path])
    for path in stale:
        (options.root / path).unlink()
    print(f"{len(files)} files, {len(changed)} written, {len(stale)} removed")
    return 0


def _corpus(text: str, found: Cut, about: dict[str, Any], memory: bytes) -> Corpus:
    """Return the corpus that the layers are validated against, from the claims of this build."""
    claims = [claim._asdict() for claim in found.claims]
    source = {"source_id": about["source_id"], "text": text}
    rows = {"claims.jsonl": claims, "sources.jsonl": [source]}
    files = {name: "".join(f"{json.dumps(row)}\n" for row in table).encode() for name, table in rows.items()}
    return Corpus(*read_corpus({**files, "releases.jsonl": memory}, data_release))


def _source(raw: Path, about: dict[str, Any]) -> tuple[str, Cut]:
    name = f"{RAW}/{about['file']}"
    data = (raw / about["file"]).read_bytes()
    if digest(data) != about["sha256"]:
        raise BuildError(name, None, f"SHA-256: expected {about['sha256']}, got {digest(data)}")
    try:
        text = decode(data)
        return text, cut(text)
    except SourceError as error:
        raise BuildError(name, None, str(error)) from None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BuildError(f"{RAW}/{path.name}", None, str(error)) from None


def _memory(raw: Path, found: Cut, *, record: bool) -> bytes:
    """Return the history of all releases; with `record`, append new and revised claims."""
    path = raw / "releases.jsonl"
    memory = path.read_bytes() if path.exists() else b""
    if not record:
        return memory
    _, last = _remembered(memory)
    for claim in found.claims:
        sha256 = digest(claim.text.encode())
        if claim.claim_id not in last or last[claim.claim_id]["claim_sha256"] not in (sha256, None):
            row = {
                "release": data_release,
                "claim_id": claim.claim_id,
                "claim_sha256": sha256,
                "successor": None,
            }
            memory += f"{json.dumps(row)}\n".encode()
    if f'"release": "{data_release}"'.encode() not in memory:
        # Rows may name this release, so record it even if it changed no claim.
        memory += f"{json.dumps({'release': data_release, **dict.fromkeys(_CHANGE)})}\n".encode()
    return memory


def _history(memory: bytes, found: Cut) -> dict[str, tuple[str, str]]:
    """Return the releases that introduced and last changed each current claim.

    Raises
    ------
    BuildError
        The last recorded digest of a claim is not that of its text.
    """
    since, last = _remembered(memory)
    current = {claim.claim_id: digest(claim.text.encode()) for claim in found.claims}
    for claim_id in sorted({*current, *last}):
        recorded = last.get(claim_id, {}).get("claim_sha256")
        if recorded != current.get(claim_id):
            raise BuildError(
                _MEMORY,
                None,
                f"{claim_id}: expected digest {current.get(claim_id)}, got {recorded}; "
                "for a new or revised claim, run the build with --record; "
                "for a retired claim, append a line with its successor",
            )
    return {claim_id: (since[claim_id], last[claim_id]["release"]) for claim_id in current}


def _remembered(memory: bytes) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Return the release that introduced each claim, and the last row about it."""
    since: dict[str, str] = {}
    last: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(release.lines(memory), 1):
        row, fault = parse(line)
        if fault or not isinstance(row, dict):
            raise BuildError(_MEMORY, number, "expected a JSON object")
        if set(row) != {"release", "claim_id", "claim_sha256", "successor"}:
            raise BuildError(_MEMORY, number, "expected release, claim_id, claim_sha256, successor")
        claim_id = row["claim_id"]
        if claim_id is None:
            continue  # a release that changed no claim
        if claim_id in last and last[claim_id]["claim_sha256"] is None:
            raise BuildError(_MEMORY, number, f"{claim_id}: expected no line after its retirement, got one")
        since.setdefault(claim_id, row["release"])
        last[claim_id] = row
    return since, last


def _claims(found: Cut, layers: Layers, history: dict[str, tuple[str, str]]) -> list[Claim]:
    english = {row.claim_id: row.translation for row in layers.translations}
    labels = layers.values()
    return [
        Claim.model_validate(
            {
                **claim._asdict(),
                "text_en": english[claim.claim_id],
                "claim_sha256": digest(claim.text.encode()),
                "topics": labels[claim.claim_id, "topic"],
                "claim_type": labels[claim.claim_id, "claim_type"][0],
                "horizon": labels[claim.claim_id, "horizon"][0],
                "since": history[claim.claim_id][0],
                "revised": history[claim.claim_id][1],
            }
        )
        for claim in found.claims
    ]


def _dialogues(found: Cut, english: dict[str, str]) -> list[Dialogue]:
    return [
        Dialogue(**dialogue._asdict(), title_en=english[dialogue.dialogue_id]) for dialogue in found.dialogues
    ]


def _source_record(text: str, found: Cut, about: dict[str, Any]) -> Source:
    for participant in about["participants"]:
        if participant["name"] not in found.headline:
            raise BuildError(f"{RAW}/source.toml", None, f"{participant['name']} is not in the headline")
    return Source(
        source_id=about["source_id"],
        text=text,
        headline=found.headline,
        headline_en=about["english"]["headline"],
        outlet=found.outlet,
        published=found.published,
        languages=about["languages"],
        participants=about["participants"],
        rights=about["rights"],
        sha256=about["sha256"],
    )


def _parquet(table: "pa.Table") -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_page_checksum=True)
    return bytes(sink.getvalue())


def _present(root: Path) -> list[str]:
    return [
        path.relative_to(root).as_posix()
        for output in OUTPUTS
        for path in sorted((root / output).rglob("*"))
        if path.is_file()
    ]


def _is(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


if __name__ == "__main__":
    raise SystemExit(main())
