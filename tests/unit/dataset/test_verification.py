"""`verify` finds every change."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kaiser_interview import data_release, release
from kaiser_interview.dataset import verification

FILES = release.shipped()
FLIPS = 3000


def named(files) -> set[str]:
    return {difference.place.split(" ")[0] for difference in verification.verify(files)}


def test_the_installed_release_is_the_released_one():
    assert verification.verify() == ()


def flips():
    """Draw bits of all files: evenly over the bytes, but every tenth from the manifest."""
    draw = random.Random(20251010)
    names, sizes = [*FILES], [len(data) for data in FILES.values()]
    for number in range(FLIPS):
        name = release.MANIFEST if number % 10 == 0 else draw.choices(names, sizes)[0]
        yield name, draw.randrange(len(FILES[name])), draw.randrange(8)


# In parts, so that several processes share the longest test.
@pytest.mark.parametrize("part", range(12))
def test_every_flipped_bit_is_found(part):
    for name, place, bit in [*flips()][part::12]:
        data = bytearray(FILES[name])
        data[place] ^= 1 << bit
        found = named(FILES | {name: bytes(data)})
        # A flip in the manifest is reported for the manifest, or for the file whose entry no longer matches.
        assert found if name == release.MANIFEST else name in found, (name, place, bit)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name):
    assert name in named({other: data for other, data in FILES.items() if other != name})


@pytest.mark.parametrize("name", FILES)
def test_a_renamed_file_is_named_twice(name):
    files = {f"{other}~" if other == name else other: data for other, data in FILES.items()}
    assert named(files) >= ({name, f"{name}~"} if name != release.MANIFEST else {name})


@pytest.mark.parametrize("name", ["extra.jsonl", ".hidden", "sub/claims.jsonl", "claims.jsonl "])
def test_an_extra_file_is_named(name):
    (difference,) = verification.verify(FILES | {name: b""})
    assert difference.place == name
    assert difference.expected == "no such file"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [0, 1, -1])
def test_a_truncated_file_is_named(name, length):
    assert name in named(FILES | {name: FILES[name][:length]})


def resealed(**changes: bytes) -> dict[str, bytes]:
    """Return the files with some of them changed, and a manifest that matches them."""
    files = FILES | {name.replace("_", "."): data for name, data in changes.items()}
    del files[release.MANIFEST]
    return files | {release.MANIFEST: release.manifest_bytes(files)}


def test_a_claim_altered_together_with_the_manifest_is_found_by_cutting_the_source_again():
    claims = FILES["claims.jsonl"].replace('"text":"训练'.encode(), '"text":"训炼'.encode())
    assert claims != FILES["claims.jsonl"]
    differences = verification.verify(resealed(claims_jsonl=claims))
    assert [difference.place for difference in differences] == [
        "claims.jsonl d01-c03 text",
        "claims.parquet",
    ]
    assert differences[0].expected.startswith("'训练语言")
    assert differences[0].got.startswith("'训炼语言")


def test_an_altered_source_is_found_by_its_digest():
    sources = FILES["sources.jsonl"].replace("海量".encode(), "海最".encode())
    places = [difference.place for difference in verification.verify(resealed(sources_jsonl=sources))]
    assert "sources.jsonl interview-summary-zh sha256" in places
    assert "claims.jsonl d01-c03 text" in places


def test_a_lost_claim_is_found():
    claims = b"\n".join(FILES["claims.jsonl"].split(b"\n")[1:])
    assert ("claims.jsonl", "41 records, as in the source", "40 records") in verification.verify(
        resealed(claims_jsonl=claims)
    )


@pytest.mark.parametrize(
    "data", [b"{\n", b"[]\n", b"null\n", b"{}\n", b"[" * 100_000 + b"\n", b"\xff\n", b""]
)
@pytest.mark.parametrize("name", ["claims_jsonl", "sources_jsonl", "labels_jsonl"])
def test_garbage_with_a_matching_manifest_is_reported(name, data):
    assert verification.verify(resealed(**{name: data}))


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"files": [], "release": "1.0.0"}',
        b'{"files": {"claims.jsonl": 1}, "release": "1.0.0"}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_broken_manifest_is_named(manifest):
    assert verification.verify(FILES | {release.MANIFEST: manifest}) == (
        verification.Difference("manifest.json", "the manifest of a release", "other data"),
    )


def test_a_manifest_of_another_release_is_named():
    other = FILES[release.MANIFEST].replace(data_release.encode(), b"9.9.9")
    assert verification.verify(FILES | {release.MANIFEST: other}) == (
        verification.Difference("manifest.json", f"release {data_release}", "'9.9.9'"),
    )


def test_an_equivalent_manifest_with_other_bytes_is_named():
    assert verification.verify(FILES | {release.MANIFEST: FILES[release.MANIFEST] + b" "}) == (
        verification.Difference("manifest.json", "its canonical form", "other bytes with the same content"),
    )


def test_english_and_labels_altered_together_with_the_manifest_contradict_their_layers():
    claims = FILES["claims.jsonl"].replace(b"everyone can fine-tune", b"nobody can fine-tune")
    claims = claims.replace(b'["continual-learning","economics"]', b'["continual-learning"]')
    places = {difference.place for difference in verification.verify(resealed(claims_jsonl=claims))}
    assert {"claims.jsonl d10-c03 text_en", "claims.jsonl d10-c03 topics"} <= places


def test_a_missing_manifest_is_missing():
    files = {name: data for name, data in FILES.items() if name != release.MANIFEST}
    assert verification.verify(files) == (verification.Difference("manifest.json", "a file", "no such file"),)


def test_an_unreadable_file_is_named_once():
    (difference,) = verification.verify(FILES | {"claims.jsonl": "Permission denied"})
    assert difference == ("claims.jsonl", "a readable file", "Permission denied")


def installed(tmp_path):
    """Copy the package, so that its data can be damaged; return a function that runs `verify` there."""
    package = Path(release.__file__).parent
    shutil.copytree(package, tmp_path / "kaiser_interview", ignore=shutil.ignore_patterns("__pycache__"))

    def verify() -> tuple[int, str]:
        run = subprocess.run(
            [sys.executable, "-m", "kaiser_interview", "verify"],
            cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert run.stderr == ""
        return run.returncode, run.stdout

    return tmp_path / "kaiser_interview" / "data", verify


def test_damage_on_the_disk_is_named_and_never_followed(tmp_path):
    data, verify = installed(tmp_path)
    assert verify()[0] == 0
    (data / "nowhere").symlink_to("/nowhere")
    (data / "loop").symlink_to(data)
    os.mkfifo(data / "pipe")
    (data / "new\u202efile").write_bytes(b"")
    code, out = verify()
    assert code == 1
    assert out.splitlines() == [
        "loop: expected a readable file, got not a file",
        "new\\u202efile: expected no such file, got 0 bytes, SHA-256 "
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "nowhere: expected a readable file, got not a file",
        "pipe: expected a readable file, got not a file",
    ]


def test_a_missing_data_directory_is_named(tmp_path):
    data, verify = installed(tmp_path)
    shutil.rmtree(data)
    code, out = verify()
    assert code == 1
    assert "./: expected a readable file, got No such file or directory\n" in out
    assert "manifest.json: expected a file, got no such file\n" in out
