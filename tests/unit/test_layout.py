"""The structure: imports run one way, and no module hides a public name."""

import ast
from pathlib import Path

import pytest

import kaiser_interview as ki

PACKAGE = Path(ki.__file__).parent

# Each may import those before it. What stands in one row may not import each other, save a folder's own.
ORDER = [
    {"errors", "cards.facts", "atomic", "typography", "pins"},
    {"segments"},
    {"models"},
    {"release", "kinds"},
    {"drafts"},
    {"schema"},
    {"verification"},
    {"cards.citation", "cards.datasheet", "cards.tables"},
    {"cards.card", "cards.croissant", "cards.datapackage", "cards.schema_org"},
    {"cards.files"},
    {"loaders"},
    {"corpus_files", "exports"},
    {"corpus"},
    {"passages"},
    {"validation"},
    {"layers", "writing", "render", "built_pages"},
    {"vocabularies"},
    {"build"},
    {"cli"},
    {"__main__"},
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield path, ".".join(parts).removesuffix(".__init__")


def ranked(name: str) -> str:
    """Return the part of a module's name that the order knows."""
    return name if name in RANK else name.split(".", maxsplit=1)[0]


def imported(path: Path, name: str):
    package = ["kaiser_interview", *name.split(".")]
    package = package if path.name == "__init__.py" else package[:-1]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1] + (node.module.split(".") if node.module else [])
            for alias in node.names:
                full = ".".join([*base, alias.name])[len("kaiser_interview.") :]
                yield full if full in known() else ".".join(base)[len("kaiser_interview.") :]


def known() -> set[str]:
    return {name for _, name in modules()}


@pytest.mark.parametrize(("path", "name"), [(p, n) for p, n in modules() if n not in {"__init__", "cards"}])
def test_imports_run_one_way(path, name):
    for other in imported(path, name):
        if other in {"", name} or other.split(".")[0] == name.split(".")[0] in {
            "cli",
            "validation",
            "render",
        }:
            continue
        assert RANK[ranked(other)] < RANK[ranked(name)], f"{name} imports {other}"


def test_every_module_has_its_place():
    placed = {ranked(name) for name in known() - {"__init__", "cards"}}
    assert placed == set(RANK)


def test_no_submodule_bears_a_public_name():
    assert {name.split(".")[0] for name in known()} & set(ki.__all__) == set()


def test_type_checkers_see_every_public_name():
    tree = ast.parse((PACKAGE / "__init__.py").read_text("utf-8"))
    seen = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert seen == set(ki._MODULES) == set(ki.__all__)


@pytest.mark.parametrize(("path", "name"), [*modules()])
def test_modules_are_small_and_say_what_they_are(path, name):
    text = path.read_text("utf-8")
    limit = {"models": 450, "validation.findings": 540}.get(name, 320)  # what they hold are definitions
    assert len(text.splitlines()) <= limit
    assert ast.get_docstring(ast.parse(text))
