"""Collect tests once, and run them repeatedly in forks of the process, each with a function replaced.

This works only for code that runs after the import: code of classes and modules needs a fresh process.
"""

import gc
import os
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from trial import forked

__all__ = ["Collected"]

_OPTIMIZED = 0x1  # inspect.CO_OPTIMIZED: a function, not the body of a class or a module

Patches = list[tuple[list[FunctionType], CodeType]]


class Collected:
    """A plugin that passes the pytest session to a call instead of running all tests."""

    def __init__(self, root: Path, call: Callable[["Collected"], None]) -> None:
        self._root = root
        self._call = call
        self._functions: dict[tuple[str, str, int], list[FunctionType]] = {}

    def pytest_configure(self) -> None:
        from hypothesis import settings

        settings.register_profile("mutation", max_examples=25, derandomize=True, database=None, deadline=None)
        settings.load_profile("mutation")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._session = session
        self._items = {item.nodeid: item for item in session.items}
        for one in gc.get_objects():
            if isinstance(one, FunctionType):
                self._functions.setdefault(_key(one.__code__), []).append(one)
        self._call(self)
        return True

    def patches(self, path: Path, original: str, faulty: str) -> Patches | None:
        """Return the functions that a fault is in, and their code with it; None if that is not all of it."""
        name = str(self._root / path)
        pairs = list(_pairs(compile(original, name, "exec"), _compiled(faulty, name)))
        found: Patches = []
        for old, new in pairs:
            functions = [] if old is None else self._functions.get(_key(old), [])
            if old is None or (not functions and "<locals>" not in old.co_qualname):
                return None
            if len(old.co_freevars) != len(new.co_freevars):
                return None
            found.append((functions, new))
        return found or None

    def start(self, patches: Patches, tests: list[str]) -> int:
        """Start tests with the fault in place, up to the first that fails; return the process's id."""
        items = [self._items[name] for name in tests if name in self._items]

        def run() -> int:
            os.setsid()
            for functions, code in patches:
                for function in functions:
                    function.__code__ = code
            for item, following in pairwise([*items, None]):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if self._session.testsfailed:
                    return 1
            return 0

        return forked(run)


def _key(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _compiled(text: str, name: str) -> CodeType:
    try:
        return compile(text, name, "exec")
    except SyntaxError:
        return compile("", name, "exec")  # differs from any module


def _pairs(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType | None, CodeType]]:
    """Yield functions that differ, outer ones first; None instead of a function if a class body differs."""
    if old.co_flags & _OPTIMIZED:
        if _same(old, new):
            return
        yield old, new
    elif _shallow(old) != _shallow(new):
        yield None, new
        return
    inner, other = _inner(old), _inner(new)
    if [one.co_qualname for one in inner] == [one.co_qualname for one in other]:
        for one, two in zip(inner, other, strict=True):
            yield from _pairs(one, two)


def _same(old: CodeType, new: CodeType) -> bool:
    inner, other = _inner(old), _inner(new)
    return _shallow(old) == _shallow(new) and all(map(_same, inner, other))


def _inner(code: CodeType) -> list[CodeType]:
    return [one for one in code.co_consts if isinstance(one, CodeType)]


def _shallow(code: CodeType) -> tuple[object, ...]:
    """Return the contents of a code object, except its line numbers and its nested functions."""
    constants = [one.co_qualname if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return (
        code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
        code.co_flags, code.co_argcount, code.co_kwonlyargcount, code.co_exceptiontable,
    )  # fmt: skip
