"""Mutation testing: put faults into the package one at a time, and check whether its tests fail.

    python tests/mutation/run.py --per-module 12 --seed 1

A mutant is first tried with the tests of its module, then, if it survives, with all others. Tests of the
statement run first, fastest first; tests that do not fit into the time are left out, so that
the figure can be too low, never too high.
"""

import argparse
import json
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from collected import Collected
from mutants import Mutant, mutants
from own import OWN, WIDE
from trial import PACKAGE, ROOT, Copy, Plugin, Tests, forked, outcome_of, recorded

HERE = Path(__file__).parent
KEPT = ROOT / "build" / "mutation"
Trial = Callable[[list[str]], int]
_CONTROL = 50  # tests
_GRACE = 30  # seconds beyond four times what the tests take


class Argued(NamedTuple):
    module: str
    within: str
    before: str
    after: str


def original(module: str) -> str:
    return (ROOT / PACKAGE / module).read_text("utf-8")


def argued() -> dict[Argued, str]:
    """Return the mutants that no test can notice, with why; one that does not exist is an error."""
    held: dict[Argued, str] = {}
    for one in tomllib.loads((HERE / "argued.toml").read_text("utf-8")).get("mutant", []):
        held[Argued(one["module"], one["within"], one["before"], one["after"])] = one["why"]
    places = {(one.module, one.within) for one in held}
    found = {
        Argued(module, within, mutant.before, mutant.after)
        for module, within in places
        for mutant in mutants(original(module), within=within)
    }
    lost = sorted(set(held) - found)
    if lost:
        sys.exit("argued.toml: expected mutants, got none such:\n" + "\n".join(map(str, lost)))
    return held


def chosen(
    module: str, mutant: Mutant, files: dict[str, Tests], seconds: float, left_out: set[str]
) -> Iterator[str]:
    """Yield as many tests as there is time for: first those that run the statement, the quickest first."""
    digest = sha256((ROOT / PACKAGE / module).read_bytes()).hexdigest()
    running: set[str] = set()
    known: dict[str, float] = {}
    for tests in files.values():
        known |= tests.seconds
        lines = tests.lines.get(module, {})
        if not tests.lines:
            running.update(tests.seconds)  # property tests, of which that is not recorded
        elif mutant.within and tests.sources.get(module) == digest:
            running.update(name for line in mutant.lines for name in lines.get(line, ()))
        else:
            running.update(name for names in lines.values() for name in names)
    for name in sorted(known.keys() - left_out, key=lambda name: (name not in running, known[name])):
        seconds -= known[name] + 0.003
        if seconds < 0:
            return
        yield name


class Tried(NamedTuple):
    module: str
    within: str
    line: int
    before: str
    after: str
    id: str
    outcome: str
    """killed (by the module's own tests), elsewhere (killed by others), timeout, survived, argued."""


def file_of(test: str) -> str:
    return test.partition("::")[0].removeprefix("tests/")


def record(names: Iterable[str]) -> dict[str, Tests]:
    """Return the records of test files, after running those that are new or changed."""
    copy = Copy()
    try:
        return {name: recorded(copy, name, KEPT / "tests") for name in names}
    finally:
        copy.close()


def together(jobs: int, call: Callable[[int], object]) -> None:
    """Make a call several times in parallel, each in a separate process."""

    def called(job: int) -> int:
        call(job)
        return 0

    children = [forked(partial(called, job)) for job in range(jobs)]
    codes = [os.waitpid(child, 0)[1] for child in children]
    if any(codes):
        sys.exit("one of the jobs has failed")


class Job:
    """One of the processes that share the work, with its own copy of the project."""

    def __init__(
        self, files: dict[str, Tests], others: tuple[str, ...], budget: float, results: Path
    ) -> None:
        self._files = files
        self._others = others
        self._budget = budget
        self._results = results

    def work(self, share: list[tuple[str, Mutant]]) -> None:
        """Try a share of the mutants, and add each outcome to the results as it comes."""
        if not share:
            return
        self._copy = Copy()
        self._left = self._copy.root.parent / "left"
        try:
            child = forked(
                lambda: self._copy.run(
                    sorted(self._files), Collected(self._copy.root, partial(self._swiftly, share))
                )
            )
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            if code:
                sys.exit(f"collected tests: expected 0, got {code}:\n{self._copy.said()[-3000:]}")
            left = set(json.loads(self._left.read_text("utf-8")))
            for module, mutant in share:
                if mutant.id in left:
                    self._note(module, mutant, self._outcome(module, mutant, self._afresh))
        finally:
            self._copy.close()

    def _swiftly(self, share: list[tuple[str, Mutant]], collected: Collected) -> None:
        left = []
        for module in dict.fromkeys(module for module, _ in share):
            of = [mutant for name, mutant in share if name == module]
            self._control(module, of[0], collected)
            for mutant in of:
                patches = collected.patches(PACKAGE / module, original(module), mutant.text)
                # What lives may have been used when tests were collected: a fresh process has the last word.
                if patches is None or not self._dies(module, mutant, partial(collected.start, patches)):
                    left.append(mutant.id)
        self._left.write_text(json.dumps(left), "utf-8")

    def _control(self, module: str, mutant: Mutant, collected: Collected) -> None:
        """Check that the tests pass in this way without a fault."""
        name = OWN[module][0]
        tests = list(chosen(module, mutant, {name: self._files[name]}, self._budget, set()))[:_CONTROL]
        said = outcome_of(self._copy, collected.start([], tests), _GRACE + 4 * self._budget)
        if said != "passed":
            raise RuntimeError(f"{module} without a fault: expected tests that pass, got {said}")

    def _dies(self, module: str, mutant: Mutant, trial: Trial) -> bool:
        outcome = self._outcome(module, mutant, trial)
        if outcome != "survived":
            self._note(module, mutant, outcome)
        return outcome != "survived"

    def _note(self, module: str, mutant: Mutant, outcome: str) -> None:
        one = Tried(
            module, mutant.within, mutant.lines.start, mutant.before, mutant.after, mutant.id, outcome
        )
        with self._results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(one._asdict(), ensure_ascii=False) + "\n")

    def _afresh(self, tests: list[str]) -> int:
        return forked(lambda: self._copy.run(sorted({*map(file_of, tests)}), Plugin(tests)))

    def _outcome(self, module: str, mutant: Mutant, trial: Trial) -> str:
        """Try one mutant: with the module's own tests, then with the others."""
        seen: set[str] = set()
        own = {name: self._files[name] for name in OWN[module]}
        others = {name: self._files[name] for name in self._others}
        with self._copy.faulty(module, mutant.text):
            for killed, held in (("killed", own), ("elsewhere", others)):
                tests = list(chosen(module, mutant, held, self._budget, seen))
                seen.update(tests)
                if not tests:
                    continue
                took = sum(held[file_of(name)].seconds[name] for name in tests)
                said = outcome_of(self._copy, trial(tests), 4 * took + _GRACE)
                if said != "passed":
                    return killed if said == "killed" else said
        return "survived"


def report(results: list[Tried]) -> str:
    """Return the results as Markdown."""
    columns = ("killed", "elsewhere", "timeout", "argued", "survived")
    lines = ["| module | mutants | " + " | ".join(columns) + " |", "|---|" + "---|" * (len(columns) + 1)]
    for module in (*dict.fromkeys(one.module for one in results), ""):
        counts = Counter(one.outcome for one in results if module in ("", one.module))
        cells = [counts.total(), *(counts[name] for name in columns)]
        lines.append(f"| {module or 'all'} | " + " | ".join(map(str, cells)) + " |")
    for one in results:
        if one.outcome in ("survived", "timeout"):
            lines += ["", f"{one.outcome} {one.module}:{one.line} {one.within} {one.id}"]
            lines += ["- " + line for line in one.before.splitlines()]
            lines += ["+ " + line for line in one.after.splitlines()]
    return "\n".join(lines)


def main() -> None:
    """Draw mutants, try those that are not known yet, and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-module", default="12", help="so many mutants a module, or all")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for each of the two tries")
    parser.add_argument("--again", action="store_true", help="try those again that have lived")
    parser.add_argument("--own-only", action="store_true", help="only the module's own tests")
    parser.add_argument("--bar", type=float, default=0.95, help="the share that must be killed or argued")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as validation/quotes.py")
    options = parser.parse_args()
    os.nice(15)
    KEPT.mkdir(parents=True, exist_ok=True)
    excused = argued()
    modules = options.modules or list(OWN)
    amount = None if options.per_module == "all" else int(options.per_module)
    drawn = [
        (module, mutant)
        for module in modules
        for mutant in mutants(original(module), amount=amount, seed=f"{options.seed} {module}")
    ]
    results = KEPT / "results.jsonl"
    known = held(results)
    share = [
        (module, mutant)
        for module, mutant in drawn
        if Argued(module, mutant.within, mutant.before, mutant.after) not in excused
        and (mutant.id not in known or (options.again and known[mutant.id].outcome == "survived"))
    ]
    print(f"{len(drawn)} mutants, {len(share)} to try", file=sys.stderr, flush=True)
    if share:
        names = dict.fromkeys(name for module, _ in share for name in OWN[module])
        others = () if options.own_only else WIDE
        names |= dict.fromkeys(others)
        together(options.jobs, lambda job: record([*names][job :: options.jobs]))
        files = record(names)
        parts = [
            [one for one in share if modules.index(one[0]) % options.jobs == job]
            for job in range(options.jobs)
        ]
        together(
            options.jobs,
            lambda job: Job(files, others, options.budget, results).work(parts[job]),
        )
    known = held(results)
    tried = [
        known[mutant.id]._replace(module=module)
        if Argued(module, mutant.within, mutant.before, mutant.after) not in excused
        else Tried(
            module, mutant.within, mutant.lines.start, mutant.before, mutant.after, mutant.id, "argued"
        )
        for module, mutant in drawn
    ]
    print(report(tried))
    good = 1 - sum(one.outcome == "survived" for one in tried) / len(tried)
    print(f"\n{good:.1%} of {len(tried)} killed or argued")
    sys.exit(good < options.bar)


def held(results: Path) -> dict[str, Tried]:
    """Return the last outcome of each mutant that has been tried."""
    if not results.exists():
        return {}
    rows = [Tried(**json.loads(line)) for line in results.read_text("utf-8").splitlines()]
    return {one.id: one for one in rows}


if __name__ == "__main__":
    main()
