"""Several workers: answers in the order of the requests, and nothing left running."""

import sys
import threading
import time
from functools import partial

import pytest

from kaiser_interview.validation.workers import pool as pools
from kaiser_interview.validation.workers.pool import Pool, processors
from kaiser_interview.validation.workers.process import Died, Frame, Sandbox


class Echo(Sandbox):
    """A worker that answers with what it is asked, late as that says, and keeps what it was."""

    def __init__(self, asked, setup):
        super().__init__(setup)
        self._asked = asked

    def ask(self, **request):
        self._asked.append(request["number"])
        time.sleep(request.get("seconds", 0))
        if request.get("dies"):
            raise Died("it took too long")
        yield Frame(request, b"")


@pytest.fixture
def asked():
    """Return a list for what workers are asked."""
    return []


def numbers(answers) -> list[int | str]:
    return [str(one) if isinstance(one, Died) else one[0].head["number"] for one in answers]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_answers_come_in_the_order_of_the_requests(asked, count):
    requests = [{"number": number, "seconds": 0.02 * (number % 3 == 0)} for number in range(12)]
    with Pool(count, b"", partial(Echo, asked)) as pool:
        assert numbers(pool.answers(requests)) == [*range(12)]
    assert sorted(asked) == [*range(12)]


def test_a_worker_that_dies_is_an_answer_and_the_rest_goes_on(asked):
    with Pool(2, b"", partial(Echo, asked)) as pool:
        answers = pool.answers({"number": number, "dies": number == 1} for number in range(4))
        assert numbers(answers) == [0, "it took too long", 2, 3]
    assert len(asked) == 4


def test_no_more_is_asked_than_keeps_workers_busy(asked):
    with Pool(2, b"", partial(Echo, asked)) as pool:
        taken = []
        answers = pool.answers({"number": number} for number in taken_from(taken))
        next(answers)
        assert len(taken) == 5
        assert numbers(answers) == [*range(1, 20)]
    assert len(asked) == 20


def taken_from(taken: list[int]):
    for number in range(20):
        taken.append(number)
        yield number


def test_what_waits_is_not_begun_when_answers_are_given_up(asked):
    with Pool(1, b"", partial(Echo, asked)) as pool:
        answers = pool.answers({"number": number, "seconds": 0.2} for number in range(9))
        next(answers)
        answers.close()
    assert len(asked) <= 3


def test_the_last_worker_is_lent_first():
    with Pool(2, b"") as pool:
        with pool.sandbox() as one:
            assert one in pool._all
        with pool.sandbox() as other:
            assert other is one
            with pool.sandbox() as third:
                assert third is not one


def test_a_process_at_work_is_ended(tmp_path):
    # The request waits for a worker that never answers; leaving does not wait for it.
    silent = [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    start = time.monotonic()
    with Pool(1, b"", partial(Sandbox, command=silent)) as pool:
        future = pool._threads.submit(pool._ask, {"task": "plan", "path": str(tmp_path)})
        while not any(one._process for one in pool._all):
            time.sleep(0.01)
    assert time.monotonic() - start < 10
    assert future.done()
    assert [one._process for one in pool._all] == [None]


def test_workers_are_ready_if_they_are_given_anything():
    with Pool(1, b"") as pool, Pool(1, b"x") as other:
        assert (pool.is_ready, other.is_ready) == (False, True)


def test_as_many_processors_as_this_process_may_use(monkeypatch):
    monkeypatch.setattr(pools.os, "sched_getaffinity", lambda _: {3, 5, 7})
    assert processors() == 3


def test_what_waits_is_not_begun_once_it_is_over():
    begun, closed = [], threading.Event()

    class Waiting(Sandbox):
        def ask(self, number):
            begun.append(number)
            if number:
                assert closed.wait(60)
            yield Frame({"number": number}, b"")

        def close(self):
            closed.set()

    with Pool(1, b"", Waiting) as pool:
        assert next(pool.answers({"number": number} for number in range(9)))[0].head == {"number": 0}
        while 1 not in begun:
            time.sleep(0.001)
    assert begun == [0, 1]  # not what was waiting behind it
