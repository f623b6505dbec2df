"""Build the wheel and the sdist twice, compare them, and test what is built from another folder.

Run by ``make wheel-check``; each step prints a line, the first that fails ends it.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
MOST_BYTES = 400_000

BARE = """
import sys, tempfile
import kaiser_interview as ki
from kaiser_interview import release, verification
assert "site-packages" in ki.__file__, ki.__file__
assert len(ki.load()) == 41 and ki.load_table().num_rows == 41 and verification.verify() == ()
assert [ki.arrow_schema(kind) and ki.json_schema(kind)["$id"] for kind in release.TABLES.values()]
assert len(ki.source().segments) == 189 and ki.data_path().is_dir()
row = {"claim_id": "d05-c03", "quote": "推理模型增加参数数量", "verdict": "mixed", "urls": []}
report = ki.validate([row], kind="verdict", defaults={"method": "human", "creator": "I"})
assert [one.code for one in report.findings] == ["quote-not-found"], report
with tempfile.TemporaryDirectory() as folder:
    path = folder + "/rows.parquet"
    made = {"verdict": "mixed", "urls": [], "method": "human", "creator": "I"}
    ki.write([ki.Verdict.of(ki.claim("d05-c03"), **made, id="a")] * 2, path)
    report = ki.validate(path, kind="verdict")
    assert [(one.code, one.row) for one in report.findings] == [("duplicate-id", 1)], report
try:
    ki.load_dataset()
except ImportError as error:
    assert "pip install 'kaiser-interview[hf]'" in str(error)
else:
    raise AssertionError("datasets is installed, so this is no bare install")
"""
# The tests that need no checkout run against the installed wheel.
UNIT = (
    "errors",
    "loaders",
    "models",
    "release",
    "verification",
    "cli",
    "segments",
    "gate",
    "report",
    "render",
    "of",
    "text",
)


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """Run a command, show what it printed if it fails, and return it."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}\nexit code {done.returncode}")
    return done.stdout


def build(target: Path) -> dict[str, str]:
    """Build wheel and sdist into `target`; return the digest of each file."""
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", target, ROOT)
    run(*build, SOURCE_DATE_EPOCH="1760000000")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(target.iterdir())}


def environment(folder: Path, *requirements: str | Path) -> Path:
    """Make a fresh environment with some requirements; return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.1")
    run(python, "-m", "pip", "install", "--quiet", *requirements)
    return python


def check_contents(wheel: Path) -> None:
    """Check that the wheel holds what the checkout has, and only that."""
    with zipfile.ZipFile(wheel) as file:
        names = {name for name in file.namelist() if ".dist-info/" not in name}
        licenses = {Path(name).name for name in file.namelist() if "/licenses/" in name}
    tracked = run("git", "ls-files", "src", "schemas", cwd=ROOT).splitlines()
    expected = {name.removeprefix("src/") for name in tracked if name.startswith("src/")}
    expected |= {f"kaiser_interview/{name}" for name in tracked if name.startswith("schemas/")}
    assert names == expected, names ^ expected
    assert licenses == {path.name for path in (ROOT / "LICENSES").iterdir()}, licenses
    assert wheel.stat().st_size < MOST_BYTES, wheel.stat().st_size


def main() -> None:
    """Run every step."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        first, second = build(folder / "first"), build(folder / "second")
        assert first == second, f"two builds differ: {first} {second}"
        print(f"two builds are the same bytes: {', '.join(first)}")

        built = sorted((folder / "first").iterdir())
        (wheel,) = (path for path in built if path.suffix == ".whl")
        check_contents(wheel)
        print(f"the wheel holds what it should, in {wheel.stat().st_size:,} bytes")
        run(sys.executable, "-m", "twine", "check", "--strict", *built)
        run(Path(sys.executable).parent / "check-wheel-contents", wheel)
        print("twine and check-wheel-contents have nothing to say")

        elsewhere = folder / "elsewhere"
        elsewhere.mkdir()
        python = environment(folder / "bare", wheel)
        run(python, "-W", "error", "-c", BARE, cwd=elsewhere)
        print(run(python.parent / "kaiser-interview", "verify", cwd=elsewhere).strip())
        print("installed bare, everything of the core works from another folder")

        shutil.copytree(ROOT / "tests", elsewhere / "tests")
        shutil.copy(ROOT / "pyproject.toml", elsewhere)
        python = environment(folder / "hf", f"{wheel}[hf]", "--group", f"{elsewhere}/pyproject.toml:test")
        tests = [f"tests/unit/test_{name}.py" for name in UNIT]
        print(
            run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, cwd=elsewhere).splitlines()[
                -1
            ]
        )
        print("installed with hf, the tests that need no checkout pass from another folder")


if __name__ == "__main__":
    main()
