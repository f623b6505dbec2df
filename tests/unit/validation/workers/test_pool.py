"""Several workers: each is lent to one caller at a time, and none is left running."""

import sys
import threading
import time
from functools import partial

import pytest

from kaiser_interview.validation.workers import pool as pools
from kaiser_interview.validation.workers import process
from kaiser_interview.validation.workers.pool import Pool, processors
from kaiser_interview.validation.workers.process import Died, Sandbox

SILENT = partial(Sandbox, command=[sys.executable, "-S", "-c", "import time; time.sleep(60)"])


def test_the_last_worker_is_lent_first():
    with Pool(2) as pool:
        with pool.reader() as one:
            assert one in pool._all
        with pool.reader() as other:
            assert other is one
            with pool.reader() as third:
                assert third is not one


@pytest.mark.parametrize("count", [1, 3])
def test_a_worker_is_lent_to_one_caller_at_a_time(count):
    held, most, lock = set(), [], threading.Lock()

    def borrow():
        with pool.reader() as one:
            with lock:
                assert one not in held
                held.add(one)
                most.append(len(held))
            time.sleep(0.01)
            with lock:
                held.remove(one)

    with Pool(count) as pool:
        threads = [threading.Thread(target=borrow) for _ in range(4 * count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(most), max(most) <= count, held) == (4 * count, True, set())


def test_a_worker_comes_back_from_a_caller_that_fails():
    with Pool(1) as pool:
        with pytest.raises(KeyError), pool.reader() as one:
            raise KeyError
        with pool.reader() as other:
            assert other is one


def test_a_worker_starts_when_it_is_first_asked():
    with Pool(2, SILENT) as pool:
        with pool.reader():
            pass
        assert [one._process for one in pool._all] == [None, None]


@pytest.mark.parametrize("times", [1, 2])
def test_a_process_at_work_is_ended(tmp_path, times):
    # The request waits for a worker that never answers; leaving does not wait for it.
    died = []

    def asks():
        with pool.reader() as one:
            try:
                list(one.ask(task="plan", path=str(tmp_path)))
            except Died as error:
                died.append(error)

    start = time.monotonic()
    with Pool(1, SILENT) as pool:
        thread = threading.Thread(target=asks)
        thread.start()
        while not any(one._process for one in pool._all):
            time.sleep(0.01)
        processes = [one._process for one in pool._all]
        for _ in range(times - 1):
            pool.close()
    thread.join(10)
    assert time.monotonic() - start < 10
    assert not thread.is_alive()
    assert [one.poll() is None for one in processes] == [False]
    assert [one._process for one in pool._all] == [None]


def test_a_worker_that_was_started_ahead_is_used_first_and_once(monkeypatch):
    monkeypatch.setattr(process, "_ahead", [])
    process.start_ahead()
    (ahead,) = process._ahead
    with Pool(2) as pool, Pool(2) as other:
        pool.start()
        with pool.reader() as one, pool.reader() as second, other.reader() as third:
            assert one is ahead
            assert one._process is not None
            assert second._process is third._process is None
    assert ahead._process is None
    assert process.started_ahead() == []


def test_workers_are_limited_until_one_says_that_it_is_not():
    with Pool(2) as pool:
        assert pool.limited
        pool._all[1].limited = False
        assert not pool.limited


def test_as_many_processors_as_this_process_may_use(monkeypatch):
    monkeypatch.setattr(pools.os, "sched_getaffinity", lambda _: {3, 5, 7})
    assert processors() == 3
