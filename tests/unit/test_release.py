"""The manifest, and that `verify` misses nothing."""

import random

import pytest

from kaiser_interview import __version__, errors, release

FILES = release.shipped()
FLIPS = 4000


def named(files) -> set[str]:
    return {difference.place.split(" ")[0] for difference in release.verify(files)}


def test_the_installed_release_is_the_released_one():
    assert release.verify() == ()


def flips():
    """Draw bits of all files: evenly over the bytes, but every tenth from the manifest."""
    draw = random.Random(20251010)
    names, sizes = [*FILES], [len(data) for data in FILES.values()]
    for number in range(FLIPS):
        name = release.MANIFEST if number % 10 == 0 else draw.choices(names, sizes)[0]
        yield name, draw.randrange(len(FILES[name])), draw.randrange(8)


def test_every_flipped_bit_is_found():
    for name, place, bit in flips():
        data = bytearray(FILES[name])
        data[place] ^= 1 << bit
        found = named(FILES | {name: bytes(data)})
        # A flip in the manifest shows as the manifest's, or as the file's whose entry no longer fits.
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
    (difference,) = release.verify(FILES | {name: b""})
    assert difference.place == name
    assert difference.expected == "no such file"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [0, 1, -1])
def test_a_truncated_file_is_named(name, length):
    assert name in named(FILES | {name: FILES[name][:length]})


def resealed(**changes: bytes) -> dict[str, bytes]:
    """Return the files with some changed and a manifest that fits them."""
    files = FILES | {name.replace("_", "."): data for name, data in changes.items()}
    del files[release.MANIFEST]
    return files | {release.MANIFEST: release.manifest_bytes(files)}


def test_a_claim_altered_together_with_the_manifest_is_found_by_cutting_the_source_again():
    claims = FILES["claims.jsonl"].replace('"text":"训练'.encode(), '"text":"训炼'.encode())
    assert claims != FILES["claims.jsonl"]
    differences = release.verify(resealed(claims_jsonl=claims))
    assert [difference.place for difference in differences] == [
        "claims.jsonl d01-c03 text",
        "claims.parquet",
    ]
    assert differences[0].expected.startswith("'训练语言")
    assert differences[0].got.startswith("'训炼语言")


def test_an_altered_source_is_found_by_its_digest():
    sources = FILES["sources.jsonl"].replace("海量".encode(), "海最".encode())
    places = [difference.place for difference in release.verify(resealed(sources_jsonl=sources))]
    assert "sources.jsonl interview-summary-zh sha256" in places
    assert "claims.jsonl d01-c03 text" in places


def test_a_lost_claim_is_found():
    claims = b"\n".join(FILES["claims.jsonl"].split(b"\n")[1:])
    assert ("claims.jsonl", "41 records, as the source has", "40 records") in release.verify(
        resealed(claims_jsonl=claims)
    )


@pytest.mark.parametrize(
    "data", [b"{\n", b"[]\n", b"null\n", b"{}\n", b"[" * 100_000 + b"\n", b"\xff\n", b""]
)
@pytest.mark.parametrize("name", ["claims_jsonl", "sources_jsonl", "labels_jsonl"])
def test_resealed_rubbish_is_a_difference_not_a_traceback(name, data):
    assert release.verify(resealed(**{name: data}))


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"files": [], "release": "0.1.0"}',
        b'{"files": {"claims.jsonl": 1}, "release": "0.1.0"}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_broken_manifest_is_named(manifest):
    assert release.verify(FILES | {release.MANIFEST: manifest}) == (
        release.Difference("manifest.json", "the manifest of a release", "something else"),
    )


def test_a_manifest_of_another_release_is_named():
    other = FILES[release.MANIFEST].replace(__version__.encode(), b"9.9.9")
    assert release.verify(FILES | {release.MANIFEST: other}) == (
        release.Difference("manifest.json", f"release {__version__}", "'9.9.9'"),
    )


def test_a_manifest_that_says_the_same_in_other_bytes_is_named():
    assert release.verify(FILES | {release.MANIFEST: FILES[release.MANIFEST] + b" "}) == (
        release.Difference("manifest.json", "its canonical form", "other bytes that say the same"),
    )


def test_reading_checks_the_file_against_the_manifest(monkeypatch):
    altered = FILES | {"claims.jsonl": FILES["claims.jsonl"][:-1]}
    monkeypatch.setattr(release, "_get", altered.__getitem__)
    assert release.read("labels.jsonl") == FILES["labels.jsonl"]
    with pytest.raises(errors.IntegrityError) as caught:
        release.read("claims.jsonl")
    assert caught.value.file == "claims.jsonl"
    assert str(caught.value) == (
        f"claims.jsonl: expected SHA-256 {release.digest(FILES['claims.jsonl'])}, got "
        f"{release.digest(altered['claims.jsonl'])}; reinstall kaiser-interview, or run "
        "`kaiser-interview verify` for every difference"
    )
    with pytest.raises(errors.IntegrityError, match="expected an entry for other, got none"):
        release.read("other")


def test_a_missing_file_is_an_integrity_error(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "_path", lambda name: str(tmp_path / name))
    with pytest.raises(errors.IntegrityError, match=r"^manifest\.json: expected a readable file"):
        release.read("claims.jsonl")


def test_data_without_a_directory_has_no_path(monkeypatch, tmp_path):
    monkeypatch.setattr(release, "_path", lambda name: str(tmp_path / "package.zip" / name))
    with pytest.raises(errors.NotOnDiskError, match="expected a directory, got a package inside an archive"):
        release.directory()


def test_files_in_folders_of_the_data_directory_are_seen(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"x")
    (tmp_path / "a").write_bytes(b"y")
    assert dict(release._walk(tmp_path, "")) == {"a": b"y", "folder/file": b"x"}
