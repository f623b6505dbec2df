"""Show the progress of a check as a bar on a terminal, and in the message after Ctrl-C."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ..render.terminal import console
from ..validation.engine.options import Check
from ..validation.engine.options import Progress as State
from ..validation.findings.display import visible
from .exits import cleanup_on_interrupt
from .output import Places

__all__ = ["watched"]


@contextmanager
def watched(check: Check, places: Places | None = None) -> Iterator[Check]:
    """Yield a check that shows its progress, if standard error is a terminal.

    Ctrl-C ends the command; its message has the progress, and the output files written so far.
    """
    state, places = State(), places or Places()
    bar = _bar() if sys.stderr is not None and sys.stderr.isatty() else None
    task = bar.add_task("", total=None, rows=0, rate=0) if bar else None

    def show(now: State) -> None:
        vars(state).update(vars(now))
        if bar is not None and task is not None:
            elapsed = bar.tasks[0].elapsed or 0
            rate = int(now.rows / elapsed) if elapsed else 0
            bar.update(
                task,
                description=visible(now.file)[-40:],
                completed=now.bytes,
                total=now.size or None,
                rows=now.rows,
                rate=rate,
            )

    def words() -> str:
        of = f" of {visible(state.file)}" if state.file else ""
        return f"interrupted after {state.rows:,} rows{of}, {state.invalid:,} of them invalid; {places.words}"

    with cleanup_on_interrupt(words), bar or nullcontext():
        yield check.watched_by(show)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,} a second", markup=False),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
    )
