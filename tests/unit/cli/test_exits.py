"""Ctrl-C ends the process by the signal, or with a message if work is in progress; never a traceback."""

import os
import signal
import sys
import weakref
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import typer

import kaiser_interview.__main__ as command
from kaiser_interview import cli
from kaiser_interview.cli import exits
from kaiser_interview.cli.exits import cleanup_on_interrupt, ended_by_signal, stop
from kaiser_interview.cli.output import Places


@pytest.fixture(autouse=True)
def _as_it_was():
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.fixture
def sent(monkeypatch):
    """Return the signals that would have been sent, each with the handler at that moment."""
    found = []
    monkeypatch.setattr(
        os, "kill", lambda pid, number: found.append((pid, number, signal.getsignal(signal.SIGINT)))
    )
    return found


def test_the_process_ends_by_the_signal(sent):
    with ended_by_signal():
        signal.raise_signal(signal.SIGINT)
    assert sent == [(os.getpid(), signal.SIGINT, signal.SIG_DFL)]


@pytest.mark.parametrize("meaning", [signal.SIG_IGN, lambda *_: None], ids=["ignored", "something else"])
def test_the_callers_signal_handlers_are_kept(sent, meaning):
    before = signal.signal(signal.SIGINT, meaning)
    try:
        with ended_by_signal():
            signal.raise_signal(signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is meaning
    finally:
        signal.signal(signal.SIGINT, before)
    assert sent == []


@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_work_in_progress_is_cleaned_up_and_reported(sent, capsys, when):
    put = []

    @contextmanager
    def around():
        """Simulate a signal between the guarded block and its guard."""
        with cleanup_on_interrupt(lambda: "some words"):
            if when == "before":
                signal.raise_signal(signal.SIGINT)
            try:
                yield
            finally:
                put.append("away")
            signal.raise_signal(signal.SIGINT)

    app = typer.Typer()

    @app.command()
    def work():
        with around():
            if when == "within":
                signal.raise_signal(signal.SIGINT)
            put.append("done")

    with pytest.raises(SystemExit) as caught, ended_by_signal():
        app([])
    done = {"before": [], "within": ["away"], "after": ["done", "away"]}[when]
    assert (caught.value.code, put, sent) == (2, done, [])
    assert capsys.readouterr().err == "kaiser-interview: some words\n"
    # Afterwards, the earlier handler is restored.
    with ended_by_signal():
        signal.raise_signal(signal.SIGINT)
    assert len(sent) == 1


def test_it_may_come_before_the_with_block_is_entered(sent, capsys):
    guard = cleanup_on_interrupt(lambda: "some words")

    def work():
        guard.__enter__()
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(SystemExit) as caught, ended_by_signal():
        work()
    assert (caught.value.code, sent) == (2, [])
    assert capsys.readouterr().err == "kaiser-interview: some words\n"
    with ended_by_signal():
        signal.raise_signal(signal.SIGINT)
    assert len(sent) == 1


def test_finished_work_prints_no_message(sent, capsys):
    with ended_by_signal():
        with cleanup_on_interrupt(lambda: "some words"):
            pass
        signal.raise_signal(signal.SIGINT)
    assert (len(sent), capsys.readouterr().err) == (1, "")


class _Object:
    """An object with a finalizer."""

    def __init__(self, finalizer=lambda: None):
        self.finalizer = finalizer

    def __del__(self):
        self.finalizer()


def _call():
    """Do nothing. In any function that is called after an ignored exception, it is raised again."""


def _interrupted_in_a_finalizer(interrupt):
    _Object(interrupt)


def _interrupted_in_the_first_of_many_finalizers(interrupt):
    """In the others, the exception is raised again before they begin, and ignored again."""
    objects = [_Object(interrupt) for _ in range(4)]
    objects.clear()


def _interrupted_in_a_callback(interrupt):
    thing = _Object()
    reference = weakref.ref(thing, lambda _: interrupt())
    del thing
    assert reference() is None


@pytest.mark.parametrize(
    "ignoring",
    [_interrupted_in_a_finalizer, _interrupted_in_the_first_of_many_finalizers, _interrupted_in_a_callback],
)
def test_python_may_ignore_its_exception(sent, capsys, ignoring):
    put = []

    def interrupt():
        put.append("signal")
        signal.raise_signal(signal.SIGINT)

    def work():
        try:
            ignoring(interrupt)
            _call()
            put.append("done")
        finally:
            put.append("away")

    with pytest.raises(SystemExit) as caught, ended_by_signal(), cleanup_on_interrupt(lambda: "some words"):
        work()
    assert (caught.value.code, put, sent) == (2, ["signal", "away"], [])
    assert capsys.readouterr().err == "kaiser-interview: some words\n"


def test_an_ignored_signal_at_the_end_of_the_work_ends_the_process(sent, capsys):
    with ended_by_signal():
        with cleanup_on_interrupt(lambda: "some words"):
            hook = sys.unraisablehook
        hook(SimpleNamespace(exc_type=exits._WorkInterrupted))
        _call()
    assert (len(sent), capsys.readouterr().err, sys.getprofile()) == (1, "", None)


def test_other_ignored_exceptions_are_printed(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda ignored: seen.append(ignored.exc_type))
    hook = sys.unraisablehook
    with ended_by_signal():
        _Object(lambda: 1 / 0)
    assert (seen, sys.unraisablehook) == ([ZeroDivisionError], hook)


@pytest.mark.parametrize("meaning", [signal.default_int_handler, signal.SIG_IGN], ids=["usual", "ignored"])
def test_while_the_command_is_imported(monkeypatch, meaning):
    before = signal.signal(signal.SIGINT, meaning)
    seen = []
    monkeypatch.setattr(cli, "main", lambda: seen.append(signal.getsignal(signal.SIGINT)))
    try:
        command.main()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [signal.SIG_IGN if meaning is signal.SIG_IGN else signal.SIG_DFL]


def test_places_that_were_written(tmp_path):
    for name in ("old", "same"):
        (tmp_path / name).write_text("old")
    paths = [str(tmp_path / name) for name in ("old", "same", "new\n", "none")]
    places = Places(*paths)
    assert places.words == "nothing was written"
    for name in ("replacement", "new\n"):
        (tmp_path / name).write_text("new")
    (tmp_path / "replacement").replace(tmp_path / "old")
    assert places.words == f"written completely: {tmp_path}/old, {tmp_path}/new\\u000a"


def test_the_exit_code_is_right_without_standard_error(monkeypatch):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        monkeypatch.setattr(sys, "stderr", full)
        with pytest.raises(SystemExit) as caught:
            stop("some words")
        assert caught.value.code == 2
        sys.stderr.write("more")
        sys.stderr.close()
        with pytest.raises(OSError, match="No space left on device"):
            full.flush()
        monkeypatch.undo()
        with pytest.raises(OSError, match="No space left on device"):
            full.close()
