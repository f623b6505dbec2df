"""Threads, as many as the system allows."""

import json
import threading

import pytest

import kaiser_interview as ki
from kaiser_interview.validation.engine.threads import Threads

START = threading.Thread.start


def allow(monkeypatch, most: int) -> list[threading.Thread]:
    """Let so many threads start, and return them."""
    started: list[threading.Thread] = []

    def start(self):
        if len([one for one in started if one.is_alive()]) >= most:
            raise RuntimeError("can't start new thread")
        started.append(self)
        START(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    return started


@pytest.mark.parametrize(("most", "allowed"), [(1, 1), (3, 3), (3, 2), (3, 1), (3, 0)])
def test_no_more_threads_than_the_system_allows(monkeypatch, most, allowed):
    allow(monkeypatch, allowed)
    with Threads(most) as threads:
        found = [threads.submit(threading.get_ident) for _ in range(20)]
        idents = {one.result() for one in found}
    own = threading.get_ident()
    assert idents == {own} if not allowed else own not in idents
    assert len(idents) <= max(allowed, 1)


@pytest.mark.parametrize("allowed", [0, 1])
def test_errors_are_raised_by_the_result(monkeypatch, allowed):
    allow(monkeypatch, allowed)
    with Threads(2) as threads:
        future = threads.submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()


@pytest.mark.parametrize("wait", [True, False])
def test_threads_that_never_started_can_be_ended(wait):
    Threads(2).shutdown(wait=wait)


@pytest.mark.parametrize("allowed", [0, 1])
def test_text_is_validated_without_threads(monkeypatch, tmp_path, allowed):
    row = {
        "claim_id": "d01-c01",
        "language": "en",
        "translation": "x" * 300,
        "method": "model",
        "creator": "m",
    }
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row | {"id": str(one)}) + "\n" for one in range(50_000)), "utf-8")
    expected = ki.validate(path, kind="translation")
    allow(monkeypatch, allowed)
    found = ki.validate(path, kind="translation")
    assert found.rows == 50_000
    assert found.to_json() == expected.to_json()
