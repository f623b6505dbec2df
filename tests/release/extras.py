"""Install each extra alone, with the lowest and the newest allowed versions, and test it."""

import re
import shutil
import sys
from itertools import chain
from pathlib import Path
from typing import Any

from .commands import BIN, ROOT, run

__all__ = ["EXTRAS", "RESOLUTIONS", "check", "environment", "lowest", "run_tests"]

EXTRAS = ("", "hf", "spark", "all")
RESOLUTIONS = ("lowest", "newest")
SMOKE = Path(__file__).parent / "smoke"
# The smoke tests of each extra, in addition to those without extras.
DOES = {
    "": ("bare",),
    "hf": ("hf",),
    "spark": ("spark",),
    "all": ("hf",),
}

# The tests that need no checkout run against the installed wheel.
QUICK = (
    "test_errors",
    "dataset/test_loaders",
    "records/test_models",
    "test_release",
    "dataset/test_verification",
    "cli/test_cli",
    "corpus/test_segments",
    "test_validate",
    "validation/findings/test_report",
    "render/test_render",
    "records/test_of",
    "validation/formats/json/test_text",
)
# And these, for behaviour that depends on versions: Arrow types, Parquet, messages of pydantic and jiter.
WIDE = (
    *QUICK,
    "validation/formats/columnar/test_arrow",
    "validation/formats/columnar/test_columnar",
    "validation/columns/test_columns",
    "cli/test_validation_commands",
    "validation/dataset_rules/test_duplicates",
    "validation/arrow/test_hashing",
    "validation/rows/test_rows",
    "records/test_schema",
    "validation/dataset_rules/test_sets",
    "validation/writers/test_table_output",
    "validation/formats/test_tabular",
    "test_writing",
)


def lowest(pyproject: dict[str, Any]) -> list[str]:
    """Return the lowest version that each bound allows, as constraints.

    Only direct dependencies: their own dependencies are the newest allowed.
    """
    project = pyproject["project"]
    named = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    bounds = [one for one in named if not one.startswith(project["name"])]
    found = []
    for bound in bounds:
        match = re.fullmatch(r"([\w-]+)>=([0-9.]+)(,<[0-9.]+)?", bound)
        if not match:
            sys.exit(f"expected NAME>=VERSION, got {bound}")
        found.append(f"{match[1]}=={match[2]}")
    return found


def environment(
    folder: Path, *requirement: str, constraints: list[str] | None = None, group: str | None = None
) -> Path:
    """Make a fresh environment with a requirement and perhaps a group of the project; return its Python."""
    uv = BIN / "uv"
    if not folder.exists():
        run(uv, "venv", "--quiet", "--python", sys.executable, folder, **_UV)
    python = folder / "bin" / "python"
    command: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python, *requirement]
    if constraints:
        path = folder / "constraints.txt"
        path.write_text("\n".join(constraints), "utf-8")
        command += ["--constraint", path]
    if group:
        command += ["--group", f"{ROOT}/pyproject.toml:{group}"]
    run(*command, **_UV)
    return python


def check(folder: Path, wheel: Path, extra: str, resolution: str, bounds: list[str]) -> Path:
    """Install the wheel with one extra and put it to work, warnings being errors; return its Python."""
    name = f"{extra or 'bare'}-{resolution}"
    constraints = bounds if resolution == "lowest" else None
    requirement = f"{wheel}[{extra}]" if extra else str(wheel)
    python = environment(folder / name, requirement, constraints=constraints)
    elsewhere = folder / f"elsewhere-{name}"
    elsewhere.mkdir()
    for does in DOES[extra]:
        run(python, "-W", "error", SMOKE / f"{does}.py", cwd=elsewhere, **_OFFLINE)
    if resolution == "lowest":
        _is_lowest(python, bounds)
    return python


def run_tests(folder: Path, python: Path, names: tuple[str, ...]) -> str:
    """Run unit tests from another folder against the installed package; return their last line."""
    elsewhere = folder / f"tests-{python.parents[1].name}"
    # Files that tests compare with the package: schemas, and a page for each code.
    for name in ("tests", "schemas", "docs"):
        shutil.copytree(
            ROOT / name, elsewhere / name, ignore=shutil.ignore_patterns("__pycache__", "natural")
        )
    shutil.copy(ROOT / "pyproject.toml", elsewhere)
    tests = [f"tests/unit/{name}.py" for name in names]
    command = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto", *tests)
    return run(*command, cwd=elsewhere).splitlines()[-1]


def _is_lowest(python: Path, bounds: list[str]) -> None:
    """Check the installed versions against the bounds: unused constraints would be ignored silently."""
    frozen = run(BIN / "uv", "pip", "freeze", "--python", python, **_UV).lower().splitlines()
    installed = dict(line.split("==") for line in frozen if "==" in line)
    for bound in bounds:
        name, version = bound.split("==")
        if name in installed and not _same_version(installed[name], version):
            sys.exit(f"expected {bound}, got {installed[name]}")


def _same_version(one: str, other: str) -> bool:
    return re.sub(r"(\.0)+$", "", one) == re.sub(r"(\.0)+$", "", other)


# Compile like pip: otherwise each process of a test compiles everything again if no cache is written.
_UV = {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never", "UV_COMPILE_BYTECODE": "1"}
_OFFLINE = {"HF_HUB_OFFLINE": "1"}
