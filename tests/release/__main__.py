"""Checks before a release: ``make release-check``, and its quick part in ``make check``.

Run as ``python -m release`` from the folder ``tests``; each step prints a line, the first that fails ends it.
"""

import argparse
import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

from . import built, changelog, contents, extras, hosts, licences, metadata, sbom, workflows
from .commands import ROOT, run, tracked

MOST_BYTES = 800_000
"""The maximum size of the wheel, in bytes."""


def main() -> None:
    """Run every step, or those that are quick."""
    parser = argparse.ArgumentParser(prog="release", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what installs each extra at its ends")
    parser.add_argument("--tag", default=None, help="the tag of the release, such as v0.1.0")
    options = parser.parse_args()
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    oldest = metadata.supported(pyproject["project"])[0]
    is_oldest = sys.version_info[:2] == tuple(map(int, oldest.split(".")))
    if not options.quick and not is_oldest:
        sys.exit(f"the lowest versions are those of Python {oldest}, and this is {sys.version.split()[0]}")

    _of_the_checkout(pyproject, options.tag)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        sdist, wheel = _of_what_is_built(folder, pyproject)
        if options.quick:
            _quick(folder, wheel, pyproject, with_lowest=is_oldest)
            return
        _sdist(folder)
        bill = _extras(folder, wheel, pyproject)
        target = ROOT / "dist"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        for path in (sdist, wheel):
            shutil.copy(path, target)
            print(f"dist/{path.name}  sha256 {built.digests(target)[path.name]}")
    # Not in dist/, whose files are published as they are.
    path = ROOT / "build" / f"{wheel.name.partition('-py3')[0]}.cdx.json"
    path.write_text(json.dumps(bill, indent=2), "utf-8")
    print(path.relative_to(ROOT))


def _of_the_checkout(pyproject: dict, tag: str | None) -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version, data = _facts()
    _step("the changelog has its entry", changelog.faults(changes, version, data, tag))
    names = tracked()
    _step("no file names a package registry", hosts.faults(ROOT, names))
    claims = [json.loads(line)["text"] for line in (_DATA / "claims.jsonl").read_text("utf-8").splitlines()]
    embedding = licences.embedding(
        ROOT, [name for name in names if name.startswith(("src/", "raw/"))], claims
    )
    wrong = licences.faults(licences.reuse(), embedding, pyproject["project"]["license"])
    _step(f"every file has its licence; {len(embedding)} hold the source text, and say so", wrong)
    wrong = workflows.faults(workflows.read(), metadata.supported(pyproject["project"]))
    _step("the workflows keep this project's rules", wrong)
    _step("zizmor, check-jsonschema and actionlint have nothing to say of them", workflows.tool_faults())


def _of_what_is_built(folder: Path, pyproject: dict) -> tuple[Path, Path]:
    sdist, wheel = built.build_twice(folder)
    print("two builds are the same bytes, and the sdist's wheel is the checkout's")
    names = tracked()
    wrong = contents.wheel_faults(contents.of_wheel(wheel), names)
    wrong += contents.sdist_faults(contents.of_sdist(sdist), names)
    if wheel.stat().st_size > MOST_BYTES:
        wrong.append(f"the wheel has {wheel.stat().st_size:,} bytes")
    _step(f"both hold what git tracks, the wheel in {wheel.stat().st_size:,} bytes", wrong)
    files = [name for name in names if name.startswith("LICENSES/")]
    wrong = metadata.faults(metadata.of_wheel(wheel), pyproject, files, _facts()[0])
    _step("the metadata is the project's", wrong)
    _step("twine and check-wheel-contents have nothing to say", metadata.tool_faults(sdist, wheel))
    return sdist, wheel


def _quick(folder: Path, wheel: Path, pyproject: dict, *, with_lowest: bool) -> None:
    if with_lowest:
        extras.check(folder, wheel, "", "lowest", extras.lowest(pyproject))
        print("installed bare, with the lowest versions, everything of the core works from another folder")
    python = extras.check(folder, wheel, "", "newest", [])
    print("installed bare, everything of the core works from another folder")
    _bill(python, pyproject)
    python = extras.check(folder, wheel, "hf", "newest", [])
    extras.environment(python.parents[1], f"{wheel}[hf]", group="test")
    print(f"installed with hf, tests from another folder: {extras.run_tests(folder, python, extras.QUICK)}")


def _sdist(folder: Path) -> None:
    """Test the unpacked sdist: collect all tests, and run some that need its folder."""
    source = built.unpacked(folder)
    # Editable, because the wheel has no `kaiser_interview.build`.
    python = extras.environment(folder / "sdist", "--editable", f"{source}[hf]", group="dev")
    pytest = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    collected = run(*pytest, "--collect-only", cwd=source).splitlines()[-1]
    ran = run(*pytest, "tests/unit/corpus/test_segments.py", "tests/data", cwd=source).splitlines()[-1]
    print(f"the sdist's own tests: {collected}; {ran}")


def _bill(python: Path, pyproject: dict) -> dict:
    """Return the software bill of materials of an environment with the bare wheel."""
    version, _ = _facts()
    found = sbom.document(python, pyproject["project"]["name"], version)
    what = f"the bill of materials has the package and {len(found['components'])} others"
    _step(what, sbom.faults(found, pyproject, version))
    return found


def _extras(folder: Path, wheel: Path, pyproject: dict) -> dict:
    """Install and test each extra; return the bill of materials of the newest versions without extras."""
    bounds = extras.lowest(pyproject)
    bill = {}
    for resolution in extras.RESOLUTIONS:
        constraints = bounds if resolution == "lowest" else None
        for extra in extras.EXTRAS:
            python = extras.check(folder, wheel, extra, resolution, bounds)
            print(f"{extra or 'no extra'}, {resolution} versions: installed alone, and at work")
            if (extra, resolution) == ("", "newest"):
                bill = _bill(python, pyproject)
        extras.environment(python.parents[1], f"{wheel}[all]", constraints=constraints, group="test")
        print(f"{resolution} versions: {extras.run_tests(folder, python, extras.WIDE)}")
    return bill


def _facts() -> tuple[str, tuple[str, str]]:
    """Return the version, and the data release and its day, read from the checkout without importing it."""
    package = ROOT / "src" / "kaiser_interview"
    day = _assigned(package / "metadata.py", "RELEASED")
    return _assigned(package / "_version.py", "__version__"), (
        _assigned(package / "_version.py", "data_release"),
        day,
    )


def _assigned(path: Path, name: str) -> str:
    (line,) = (line for line in path.read_text("utf-8").splitlines() if line.startswith(f"{name} = "))
    return line.split('"')[1]


def _step(what: str, faults: list[str]) -> None:
    if faults:
        sys.exit("\n".join(faults))
    print(what)


_DATA = ROOT / "src" / "kaiser_interview" / "data"

if __name__ == "__main__":
    main()
