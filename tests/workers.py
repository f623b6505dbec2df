"""Workers within the process of a test: requests and answers use the same bytes."""

import io
import json

from hints import hint

from kaiser_interview.validation.workers import process, tasks


def within(monkeypatch) -> None:
    """Let sandboxes answer without a process, and so without limits, for the rest of a test."""

    def ask(self, **request):
        if self.__dict__.get("tasks") is None:
            self.tasks = tasks.Tasks(self._memory)
        for head, body in self.tasks.answer(json.loads(json.dumps(request))):
            text = json.dumps(head).encode()
            frame = process.read_frame(
                io.BytesIO(process.FRAME.pack(len(text), len(body)) + text + bytes(body))
            )
            if "end" in frame.head:
                return
            yield frame

    monkeypatch.setattr(process.Sandbox, "ask", ask)
    monkeypatch.setattr(process.Sandbox, "start", lambda _: None)


def said(report, *, places: bool = True):
    """Return all that a report says, as values that can be compared."""
    findings = [
        (one.code, one.line, one.row, one.id, one.path, one.expected, one.got if places else None, hint(one))
        for one in report.sample
    ]
    return (
        report.rows, report.valid, report.invalid, report.rows_without_digest, report.checked, report.counts,
        findings, report.complete, report.outside,
        [(one.rows, one.sha256, one.bytes) for one in report.inputs],
    )  # fmt: skip
