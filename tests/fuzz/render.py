"""Reports with arbitrary strings: no control sequence is emitted, no text is lost, in every format."""

import io
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence

from hints import hint
from rich.console import Console

from kaiser_interview.render.machine import github, jsonl
from kaiser_interview.render.sarif import sarif
from kaiser_interview.render.text import print_report
from kaiser_interview.validation.findings.codes import CODES
from kaiser_interview.validation.findings.counts import Tally
from kaiser_interview.validation.findings.display import visible
from kaiser_interview.validation.findings.finding import Fault, Finding, Located
from kaiser_interview.validation.findings.report import Input, Report

from .draws import Draws

__all__ = ["SEEDS", "TOKENS", "check", "seed"]

SEEDS: tuple[str, ...] = ()
PIECES = [
    "a", "语", "🧠", "%", "%0A", "%25", "\r", "\n", "\r\n", ":", "::", "::error::", "##[error]", ",", "=",
    "line=1", "/", "~", "~1", "*", "…", " ", "   ", "\t", "\x1b[31m", "\x9b31m", "\u202e", "\u2066",
    "\u200f", "\u061c", "\u2028", "\u2029", "\x85", "\x00", "\x7f", "\ud800", "\udfff", "[bold]", "[/]",
    "[link=x]", ":smile:", '"', "\\", "\\u202e", "é", "e\u0301", "\u200b", "\ufeff", "x"  * 70,
    "语"  * 39, "</script>", "error", "no finding", "\U000e0001",
]  # fmt: skip
TOKENS = [piece.encode("utf-8", "surrogatepass").decode("latin-1") for piece in PIECES]
# Unicode Standard Annex 9, section 2: invisible characters that change the direction of text.
BIDIRECTIONAL = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def seed(_: bytes) -> list[bytes]:
    """Return generated inputs, because no file has any."""
    return [bytes((one + at * 7) % 256 for at in range(size)) for one in range(24) for size in (8, 40, 160)]


def check(data: bytes) -> None:
    """Print a report in every format, and compare the output with the input."""
    draws = Draws(data)
    report, faults = _report(draws)
    assert sum(count.number for count in report.counts) == faults
    assert len(report.sample) == min(faults, report.max_findings)
    _text(report, draws.number(1, 200))
    _json(report)
    _github(report)
    _sarif(report)


def _report(draws: Draws) -> tuple[Report, int]:
    most, faults = draws.pick([1000, 0, 1, 3]), draws.number(0, 6)
    tally, files = Tally(most), [_string(draws, 4) for _ in range(2)]
    for number in range(faults):
        path = tuple(
            draws.number(0, 9) if draws.chance(3) else _string(draws, 3) for _ in range(draws.number(0, 3))
        )
        got, suggestion = _string(draws, 6), _string(draws, 6)
        fault = Fault(
            draws.pick([*CODES]),
            path,
            _string(draws, 4),
            (lambda got=got: got) if draws.chance(2) else got,
            draws.pick([suggestion, None, lambda suggestion=suggestion: suggestion]),
            draws.pick([None, None, "error", "warning"]),
        )
        file = draws.pick([*files, None])
        line = draws.pick([number + 1, None])
        row_id = draws.pick([_string(draws, 3), None, 7])
        tally.add(Located(fault, file, line, draws.pick([number, None]), row_id))
    invalid = draws.number(0, faults)
    return (
        Report(
            rows=faults,
            valid=faults - invalid,
            invalid=invalid,
            rows_without_digest=draws.number(0, 2),
            counts=tally.counted(),
            sample=tally.findings(),
            inputs=(Input(visible(files[0]), faults, 1, None, complete=True),),
            # Names of files without a data extension are shown in visible form.
            skipped=tuple(visible(_string(draws, 3)) for _ in range(draws.number(0, 5))),
            complete=draws.chance(2),
            max_findings=most,
        ),
        faults,
    )


def _string(draws: Draws, longest: int) -> str:
    return draws.text(longest, PIECES)


def _is_harmless(text: str, *, line_feeds: bool) -> None:
    for mark in text:
        if mark == "\n" and line_feeds:
            continue
        assert unicodedata.category(mark) not in {"Cc", "Cs", "Zl", "Zp"}, (ascii(mark), text)
        assert ord(mark) not in BIDIRECTIONAL, (ascii(mark), text)
    text.encode("utf-8", "strict")


def _text(report: Report, width: int) -> None:
    out = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    print_report(report, out)
    text = out.file.getvalue()
    _is_harmless(text, line_feeds=True)
    # Wrapped, a text is cut at spaces, which are then gone.
    said = re.sub(r"\s", "", text)
    for count in report.counts:
        times = f"{count.number:,}times" if count.number > 1 else ""
        head = re.sub(r"\s", "", f"{count.severity}{count.code}{visible(count.path)}{times}")
        assert head in said, (head, text)
    assert said.endswith(re.sub(r"\s", "", "".join(report.summary_lines))), text
    for count in report.counts:
        # The renderer chooses which three are shown.
        findings = report.findings_of(count)
        words = [re.sub(r"\s", "", f"{one.place}expected{one.expected},got{one.got}") for one in findings]
        assert sum(one in said for one in words) >= min(3, len(findings)), (words, text)


def _json(report: Report) -> None:
    text = report.to_json()
    _is_harmless(text, line_feeds=True)
    document = json.loads(text)
    assert (document["rows"], document["invalid"]) == (report.rows, report.invalid)
    assert document["counts"] == [count._asdict() for count in report.counts]
    lines = [*jsonl(report)]
    for line in lines:
        _is_harmless(line, line_feeds=False)
    assert [json.loads(line) for line in lines] == document["sample"]
    assert len(lines) == len(report.sample)
    for line, found in zip(lines, report.sample, strict=True):
        reported = json.loads(line)
        plain = {name: value for name, value in found._asdict().items() if name != "suggestion"}
        suggestion = reported.pop("suggestion")
        assert reported == {"schema_version": 1} | plain | {"path": found.pointer}, (reported, found)
        assert (suggestion and suggestion["text"]) == hint(found), (suggestion, found)


def _github(report: Report) -> None:
    lines = [*github(report)]
    assert len(lines) == len(report.sample) + 1
    for line in lines:
        _is_harmless(line, line_feeds=False)
    for line, found in zip(lines, _in_turns(report.sample), strict=False):
        command, properties, message = _runner(line)
        assert command == found.severity
        wanted = {"title": f"{found.code} {visible(found.pointer)}".rstrip()}
        if found.file is not None:
            wanted["file"] = visible(found.file)
        if found.file is not None and found.line is not None:
            wanted["line"] = str(found.line)
        assert properties == wanted, (line, properties, wanted)
        assert message.endswith(f"expected {found.expected}, got {found.got}" + _suggestion(found)), line
    assert _runner(lines[-1]) == ("notice", {"title": "kaiser-interview"}, report.summary)


def _sarif(report: Report) -> None:
    text = sarif(report)
    _is_harmless(text, line_feeds=True)
    (run,) = json.loads(text)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert sorted(rules) == sorted({count.code for count in report.counts})
    fingerprints = set()
    for result, found in zip(run["results"], report.sample, strict=True):
        assert (result["ruleId"], rules[result["ruleIndex"]]) == (found.code, found.code)
        assert result["level"] == found.severity
        words, shown = (text.replace("\\", "") for text in (result["message"]["text"], found.message))
        assert words.replace("{{", "{").replace("}}", "}").endswith(shown), (result, found)
        for location in result.get("locations", []):
            uri = location.get("physicalLocation", {}).get("artifactLocation", {}).get("uri", "")
            assert re.fullmatch(r"[A-Za-z0-9%_.~/:-]*", uri), uri
        fingerprints.add(result["partialFingerprints"]["kaiserInterview/v1"])
    assert len(fingerprints) == len(report.sample)


def _in_turns(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings with the first of every code and path first, then the second of each, and so on."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, found in enumerate(findings):
        path = tuple("*" if isinstance(step, int) else step for step in found.path)
        groups.setdefault((found.code, path), []).append(number)
    for turn in range(len(findings)):
        for number in sorted(numbers[turn] for numbers in groups.values() if len(numbers) > turn):
            yield findings[number]


def _suggestion(found: object) -> str:
    return f"; {hint(found)}" if hint(found) else ""


def _runner(line: str) -> tuple[str, dict[str, str], str]:
    """Read a line as the runner of GitHub Actions reads it (actions/runner, ActionCommand.TryParseV2)."""
    line = line.lstrip()
    assert line.startswith("::"), line
    end = line.index("::", 2)
    command, _, listed = line[2:end].partition(" ")
    properties = {}
    for one in listed.strip().split(","):
        name, _, value = one.partition("=")
        assert name not in properties, line
        properties[name] = _unescaped(value, {"%3A": ":", "%2C": ","})
    return command, properties, _unescaped(line[end + 2 :], {})


def _unescaped(text: str, more: dict[str, str]) -> str:
    for written, mark in ({"%0D": "\r", "%0A": "\n"} | more).items():
        text = text.replace(written, mark)
    return text.replace("%25", "%")
