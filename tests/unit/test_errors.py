"""Every error survives pickling, inherits a built-in exception, and has its data as attributes."""

import pickle

import pytest

from kaiser_interview import errors

ERRORS = [
    (errors.SourceError(7, "a title", "'x'"), ValueError, "offset 7: expected a title, got 'x'"),
    (errors.BuildError("raw/x.jsonl", 3, "not JSON"), ValueError, "raw/x.jsonl:3: not JSON"),
    (errors.BuildError("raw/x.jsonl", None, "no file"), ValueError, "raw/x.jsonl: no file"),
    (errors.CorpusError("claims.jsonl", 2, "no"), ValueError, "claims.jsonl:2: no"),
    (errors.InputError("data: expected a path"), ValueError, "data: expected a path"),
    (errors.InvalidDataError("1 of 2 rows", "report"), ValueError, "1 of 2 rows"),
    (
        errors.IntegrityError("a", "b", "c"),
        ValueError,
        "a: expected b, got c; reinstall kaiser-interview, or run `kaiser-interview verify` "
        "for every difference",
    ),
    (
        errors.UnknownNameError("kind", "claims", ("claim", "label")),
        LookupError,
        "kind: expected one of claim, label, got 'claims'; did you mean claim?",
    ),
    (errors.TextError("text: too long"), ValueError, "text: too long"),
    (errors.NotOnDiskError("no directory"), OSError, "no directory"),
    (errors.ResourceError("no room"), errors.KaiserInterviewError, "no room"),
    (
        errors.MissingDependencyError("f", "datasets", "hf"),
        ImportError,
        "f: needs datasets; install it with: pip install 'kaiser-interview[hf]'",
    ),
    (
        errors.UnsupportedTypeError("k.f", set),
        TypeError,
        "k.f: expected str, int, float, bool, Instant, a Literal of strings, a Record, or Many[X] of these, "
        "got <class 'set'>",
    ),
]


@pytest.mark.parametrize(("error", "builtin", "message"), ERRORS, ids=lambda value: type(value).__name__)
def test_an_error(error, builtin, message):
    assert isinstance(error, errors.KaiserInterviewError)
    assert isinstance(error, builtin)
    assert str(error) == message
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.__dict__) == (type(error), message, error.__dict__)
    assert getattr(again, "name", None) == getattr(error, "name", None)


def test_every_error_is_tried_here():
    assert {type(error) for error, *_ in ERRORS} == {
        getattr(errors, name) for name in errors.__all__ if name not in {"KaiserInterviewError", "known_name"}
    }
