"""Mutants of a module, one fault each: the operators of mutmut, and three more.

Left out is code that does not affect behaviour: docstrings, annotations and aliases of types,
`__all__`, `if TYPE_CHECKING`, the name of UTF-8, the type passed to `cast`, and the `strict` of `zip`,
which guards against our own mistakes.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Any, NamedTuple

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import deep_replace
from mutmut.mutation.mutators import mutation_operators, operator_keywords, operator_swap_op

__all__ = ["Mutant", "mutants"]


class Mutant(NamedTuple):
    """A module with one fault in it."""

    within: str
    """Qualified name of the function that the fault is in; empty at the level of the module or of a class."""
    cached: bool
    """Whether that function runs once and then answers from memory."""
    lines: range
    """The statement's."""
    before: str
    """The changed original lines, each stripped."""
    after: str
    """And as the fault makes them."""
    text: str
    """The whole module."""

    @property
    def id(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class _Place(NamedTuple):
    names: tuple[str, ...] = ()
    in_function: bool = False
    cached: bool = False
    lines: range = range(0)


def _negated(node: cst.If | cst.While | cst.CompIf) -> Iterator[cst.CSTNode]:
    inner = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    test = cst.UnaryOperation(cst.Not(cst.SimpleWhitespace(" ")), inner)
    yield node.with_changes(test=test)


def _answered_none(node: cst.Return) -> Iterator[cst.CSTNode]:
    if node.value is not None and not m.matches(node.value, m.Name("None")):
        yield cst.Return(cst.Name("None"))


def _dropped(node: cst.Expr) -> Iterator[cst.CSTNode]:
    if not isinstance(node.value, cst.Ellipsis):
        yield cst.Pass()


# Those that mutmut asks of every node, which takes long.
_FOR: dict[Callable[[Any], Iterable[cst.CSTNode]], Any] = {
    operator_keywords: (cst.BaseCompOp, cst.Break, cst.Continue),
    operator_swap_op: (
        cst.BinaryOperation,
        cst.UnaryOperation,
        cst.BooleanOperation,
        cst.ComparisonTarget,
        cst.AugAssign,
    ),
}
_OPERATORS: list[tuple[Any, Callable[[Any], Iterable[cst.CSTNode]]]] = [
    *((_FOR.get(operator, kind), operator) for kind, operator in mutation_operators),
    (cst.If, _negated),
    (cst.While, _negated),
    (cst.CompIf, _negated),
    (cst.Return, _answered_none),
    (cst.Expr, _dropped),
]

_UTF_8 = m.SimpleString('"utf-8"')
_STRICT = m.Arg(keyword=m.Name("strict"))
_TYPES = m.Subscript(value=m.OneOf(m.Name("Literal"), m.Name("Callable"), m.Name("Annotated")))
_GENERIC = m.Name(value=m.MatchIfTrue({"tuple", "list", "dict", "type", "Iterator", "Mapping"}.__contains__))
_SILENT = (
    m.Annotation(),
    m.Import(),
    m.ImportFrom(),
    m.TypeAlias(),
    m.If(test=m.Name("TYPE_CHECKING")),
    m.Assign(targets=[m.AssignTarget(target=m.Name("__all__"))]),
    m.Assign(value=m.Subscript(value=_GENERIC)),
    m.Expr(value=m.OneOf(m.SimpleString(), m.ConcatenatedString())),
    _TYPES,
    _UTF_8,
)
_MAYBE_SILENT = (
    cst.Annotation,
    cst.Import,
    cst.ImportFrom,
    cst.TypeAlias,
    cst.If,
    cst.Assign,
    cst.Expr,
    cst.Subscript,
    cst.SimpleString,
)


def _telling(call: cst.Call) -> list[str]:
    """Return the arguments that affect a call."""
    arguments = [argument for argument in call.args if not m.matches(argument.value, _UTF_8)]
    if m.matches(call.func, m.Name("zip")):
        arguments = [argument for argument in arguments if not m.matches(argument, _STRICT)]
    if m.matches(call.func, m.Name("cast")):
        arguments = arguments[1:]
    return [cst.Module([]).code_for_node(argument).strip(" ,\n") for argument in arguments]


def _changed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in _OPERATORS:
        if not isinstance(node, kind):
            continue
        for new in operator(node):
            silent = (
                isinstance(node, cst.Call)
                and isinstance(new, cst.Call)
                and new.func is node.func
                and _telling(node) == _telling(new)
            )
            if not silent:
                yield new


def _found(
    node: cst.CSTNode, positions: Any, place: _Place
) -> Iterator[tuple[cst.CSTNode, cst.CSTNode, _Place]]:
    if isinstance(node, _MAYBE_SILENT) and any(m.matches(node, silent) for silent in _SILENT):
        return
    children = node.children
    if isinstance(node, cst.FunctionDef | cst.ClassDef):
        function = isinstance(node, cst.FunctionDef)
        decorators = "".join(cst.Module([]).code_for_node(one) for one in node.decorators)
        place = place._replace(
            names=(*place.names, node.name.value),
            in_function=place.in_function or function,
            cached=place.cached or "cache" in decorators,
        )
    if isinstance(node, cst.SimpleStatementLine | cst.BaseCompoundStatement):
        start, end = positions[node].start.line, positions[node].end.line
        body = getattr(node, "body", None)
        if isinstance(body, cst.IndentedBlock):
            end = max(start, positions[body.body[0]].start.line - 1)
        place = place._replace(lines=range(start, end + 1))
    if place.lines:
        for new in _changed(node):
            yield node, new, place
    in_zip = isinstance(node, cst.Call) and m.matches(node.func, m.Name("zip"))
    for child in children:
        if not (in_zip and m.matches(child, _STRICT)):
            yield from _found(child, positions, place)


def mutants(
    source: str, *, amount: int | None = None, seed: str = "", within: str | None = None
) -> Iterator[Mutant]:
    """Yield a module's mutants: all, so many that the seed draws, or those within one function."""
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    found = list(_found(wrapper.module, wrapper.resolve(PositionProvider), _Place()))
    if within is not None:
        found = [one for one in found if _name(one[2]) == within]
    if amount is not None and amount < len(found):
        # Drawn by positions, and put back in their order.
        found = [found[one] for one in sorted(random.Random(seed).sample(range(len(found)), amount))]
    old = source.splitlines()
    for node, new, place in found:
        module = deep_replace(wrapper.module, node, new)
        assert isinstance(module, cst.Module)
        lines = module.code.splitlines()
        if lines != old:
            before, after = _difference(old, lines)
            yield Mutant(_name(place), place.cached, place.lines, before, after, module.code)


def _difference(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the lines between the common first and the common last lines."""
    head = _shared(old, new)
    foot = _shared(old[head:][::-1], new[head:][::-1])
    before, after = (
        "\n".join(line.strip() for line in lines[head : len(lines) - foot]) for lines in (old, new)
    )
    return before, after


def _shared(old: list[str], new: list[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _name(place: _Place) -> str:
    return ".".join(place.names) if place.in_function else ""
