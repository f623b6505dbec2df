"""The structure: imports run one way, folders stay small, and no two classes share a name."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import kaiser_interview as ki

PACKAGE = Path(ki.__file__).parent

# Each may import those before it, and of its own folder. What is in one row may not import each other.
ORDER = [
    {"first_use", "near_names"},
    {"_version", "errors", "metadata"},
    {"storage", "validation.arrow"},
    {"release", "corpus", "validation.findings"},
    {"records", "validation.hints"},
    {"validation.formats"},
    {"render", "validation.references", "validation.workers"},
    {"validation.rules", "validation.sources"},
    {"validation.rows"},
    {"validation.fixes"},
    {"validation.columns", "validation.dataset_rules"},
    {"validation.engine"},
    {"validation.writers"},
    {"raw_output"},
    {
        "validation.split",
        "validation.fix",
        "validation.corpus_check",
        "validation.row_findings",
        "reading",
        "writing",
    },
    {"validation.distributed", "validation.statements", "page"},
    {"dataset", "annotations"},
    {"build", "api"},
    {"cli", "spark"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}

MOST_MODULES = 14
"""In a folder, its `__init__` not counted."""
REACH_THE_DATA = ("dataset", "api", "build", "cli")
# The definitions of the shipped vocabularies are in the JSON Schemas.
EXCEPTIONS = {"records.schemas"}
CALL_UP = {
    # `print(report)` prints what the command line prints.
    ("validation.findings.report", "render.text"),
    # So does `print(corpus.diff(newer))`.
    ("corpus.diff", "render.corpus_diff"),
    # `Corpus.from_quotes` fixes and splits statements, and returns a `Split`.
    ("corpus.corpus", "validation.statements"),
    ("corpus.corpus", "validation.split"),
    # `Corpus.check(folder)` returns a report.
    ("corpus.corpus", "validation.corpus_check"),
    ("corpus.corpus", "validation.findings.report"),
    # `Corpus.to_html()` returns its page; that of the shipped claims has their labels.
    ("corpus.corpus", "api"),
    ("corpus.corpus", "validation.engine.options"),
    # `Report.to_html()` returns its page.
    ("validation.findings.report", "page.report_page"),
    # What notebooks show.
    ("corpus.corpus", "page.fragments"),
    ("corpus.search", "page.fragments"),
    ("records.models", "page.fragments"),
    ("validation.findings.finding", "page.fragments"),
    ("validation.findings.report", "page.fragments"),
    ("validation.split", "page.fragments"),
    # `Label.of("d01-c01", ...)` looks up the id of a shipped claim.
    ("records.drafting", "dataset.loaders"),
}
"""Methods that import a higher layer when they are called."""


def modules() -> Iterator[tuple[Path, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield path, ".".join(parts).removesuffix(".__init__")


MODULES = [*modules()]
NAMES = {name for _, name in MODULES}
each_module = pytest.mark.parametrize(("path", "name"), MODULES, ids=[name for _, name in MODULES])


def group(name: str) -> str:
    """Return the part of a module's name that the order knows."""
    first, _, rest = name.partition(".")
    return f"{first}.{rest.partition('.')[0]}" if first == "validation" and rest else first


def imported(path: Path, name: str) -> Iterator[str]:
    package = ["kaiser_interview", *name.split(".")]
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            for alias in node.names:
                full = ".".join([*base, alias.name])[len("kaiser_interview.") :]
                yield full if full in NAMES else ".".join(base)[len("kaiser_interview.") :]


@each_module
def test_imports_run_one_way(path, name):
    if name in {"__init__", "validation"}:
        return
    for other in imported(path, name):
        if group(other) != group(name) and (name, other) not in CALL_UP:
            assert RANK[group(other)] < RANK[group(name)], f"{name} imports {other}"


def test_every_module_is_in_the_order():
    assert {group(name) for name in NAMES} - {"__init__", "validation"} == set(RANK)


def test_folders_have_a_limited_number_of_modules():
    held = Counter(path.parent for path, _ in MODULES if path.name != "__init__.py")
    assert {str(path): count for path, count in held.items() if count > MOST_MODULES} == {}


def test_unit_tests_mirror_the_package():
    here = Path(__file__).parent
    held = Counter(path.parent.relative_to(here) for path in here.rglob("test_*.py"))
    assert {str(folder) for folder in held if not (PACKAGE / folder).is_dir()} == set()
    assert {str(folder): count for folder, count in held.items() if count > MOST_MODULES} == {}


@each_module
def test_only_top_layers_read_the_shipped_data(path, name):
    reached = {
        other
        for other in imported(path, name)
        if group(other) in {"release", "dataset"} and (name, other) not in CALL_UP
    }
    if reached and name not in {"__init__", *EXCEPTIONS}:
        assert group(name) in REACH_THE_DATA, f"{name} imports {reached}"


def test_no_two_classes_share_a_name():
    classes = Counter(
        node.name
        for path, _ in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in classes.items() if count > 1] == []


def test_no_submodule_has_a_public_name():
    # Once imported, it would take the place of the function in the package.
    assert {name.split(".")[0] for name in NAMES} & set(ki.__all__) == set()


def test_type_checkers_see_every_public_name():
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    seen = {alias.name for node in imports if node.module != "first_use" for alias in node.names}
    assert seen == set(ki._MODULES) == set(ki.__all__)


@each_module
def test_every_module_has_a_docstring(path, name):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), name
