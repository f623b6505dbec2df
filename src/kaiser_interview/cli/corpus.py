"""``corpus``: make a corpus of any text, and check its files."""

import codecs
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer

from ..corpus.corpus import Corpus
from ..corpus.units import Headings, Markers, Unit
from ..errors import CorpusError, InputError
from ..storage import write_files
from ..validation.findings.display import counted, visible
from ..validation.formats.encodings import encoding_hint
from .exits import stop
from .options import MaxFindings
from .validate import Form, ReportFormat, end, print_as

__all__ = ["check", "diff", "init"]


_README = """\
# A corpus for kaiser-interview

{about}.

- `claims.jsonl`: the claims, with id, text, offsets and digest. Offsets are code points into the source, the
  end exclusive. More columns may be added.
- `sources.jsonl`: the texts. If a text changes, make the corpus again, in another folder.

Next, with any kind instead of `verdict`:

```console
{commands}
```
"""


def init(
    texts: Annotated[list[str], typer.Argument(metavar="TEXT…", help="UTF-8 files; - for standard input.")],
    output: Annotated[str, typer.Option(metavar="DIR", help="The folder to write. It is created if needed.")],
    unit: Annotated[Unit | None, typer.Option(help="What a claim is. A bullet is an item of a list.")] = None,
    headings: Annotated[
        str | None,
        typer.Option(metavar="markdown|numbered|REGEX", help="Lines that are headings. Default: no line is."),
    ] = None,
    markers: Annotated[
        str | None,
        typer.Option(
            metavar="printed|REGEX",
            help="Markers at the end of a claim: all common forms such as [6], or one. Default: none.",
        ),
    ] = None,
    quotes: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Rows with the quotes that are the claims, instead of --unit. For one text."
        ),
    ] = None,
    form: Form = ReportFormat.text,
) -> None:
    """Make a corpus of your own texts."""
    if (unit is None) is (quotes is None):
        raise InputError("--unit, --quotes: expected one of them, got " + ("both" if unit else "neither"))
    if not output:
        raise InputError("--output: expected a folder, got nothing")
    contents = {source_id: _text(path) for source_id, path in _source_ids(texts).items()}
    if unit is not None:
        corpus = Corpus.from_text(
            contents,
            unit=unit,
            headings=cast("Headings | None", _named_or_pattern("--headings", headings)),
            markers=cast("Markers | None", _named_or_pattern("--markers", markers)),
        )
        written = _write(corpus, output)
        if left := _left_out(corpus):
            all_of_it = sum(len("".join(text.split())) for text in corpus.sources.values())
            written += f"\n{left:,} of {all_of_it:,} characters are in no claim or heading"
        typer.echo(written)
        return
    if len(contents) > 1 or headings or markers:
        raise InputError("--quotes: expected one text, and neither --headings nor --markers")
    ((source_id, text),) = contents.items()
    corpus, split = Corpus.from_quotes(text, quotes, source_id=source_id)
    print_as(split.report, form)
    written = _write(corpus, output) if corpus.claims else "nothing was written"
    if form is ReportFormat.text:
        typer.echo(written)
    end(split.report, failures=len(split.failures))


def check(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder with the files of the corpus.")],
    max_findings: MaxFindings = 1000,
    form: Form = ReportFormat.text,
) -> None:
    """Check the files of a corpus and print what is wrong."""
    if not folder:
        raise InputError("DIR: expected a folder, got nothing")
    report = Corpus.check(folder, max_findings=max_findings)
    print_as(report, form)
    end(report)


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The folder of the older corpus.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The folder of the newer one.")],
) -> None:
    """List the claims that were added, removed, changed or moved."""
    if not (old and new):
        # An unset shell variable must not select the current folder.
        raise InputError("OLD, NEW: expected two folders, got nothing for one")
    found = Corpus.from_files(old).diff(Corpus.from_files(new))
    typer.echo(str(found))
    if found:
        raise typer.Exit(1)


def _source_ids(paths: Sequence[str]) -> dict[str, str]:
    """Return the paths by source id: the names of the files, or if they are not unique, the paths.

    Extensions are left out.

    Raises
    ------
    InputError
        The same file is given twice.
    """
    names = ["stdin" if path == "-" else Path(path).stem for path in paths]
    if len({*names}) < len(names):
        names = [Path(path).with_suffix("").as_posix() for path in paths]
    for name, path in zip(names, paths, strict=True):
        if names.count(name) > 1:
            raise InputError(f"TEXT: expected texts with different names, got {path} and another {name}")
    return dict(zip(names, paths, strict=True))


def _text(path: str) -> str:
    """Return the text of a UTF-8 file without its byte order mark; line ends are not changed.

    Raises
    ------
    CorpusError
        The file is not UTF-8 text.
    OSError
        The file cannot be read.
    """
    data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    data = data.removeprefix(codecs.BOM_UTF8)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        reason = "expected UTF-8 text, got UTF-16 or other data; try iconv -f UTF-16 -t UTF-8"
        raise CorpusError(path, None, reason)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        hint = encoding_hint(data[: 1 << 16], then="") or ""
        reason = f"expected UTF-8, got byte 0x{data[error.start]:02x}{'; ' if hint else ''}{hint}"
        raise CorpusError(path, data.count(b"\n", 0, error.start) + 1, reason) from None


def _named_or_pattern(option: str, given: str | None) -> str | re.Pattern[str] | None:
    """Return a name, which has lower-case letters only, or else a pattern.

    Raises
    ------
    InputError
        The pattern is not valid.
    """
    if given is None or re.fullmatch("[a-z]+", given):
        return given
    try:
        return re.compile(given)
    except (re.error, OverflowError, RecursionError) as error:
        raise InputError(f"{option} {given:.80}: expected a regular expression: {error}") from None


def _write(corpus: Corpus, output: str) -> str:
    """Write a corpus with its README; return what was written, in words.

    Raises
    ------
    InputError
        The folder already has a corpus or a README.
    """
    folder = Path(output)
    if (folder / "README.md").exists():
        raise InputError(f"--output {output}: expected a new folder, got one with README.md; choose another")
    counts = [counted(len(corpus.claims), "claim"), counted(len(corpus.headings), "heading")]
    about = f"{' and '.join(counts[: 1 + bool(corpus.headings)])} of {counted(len(corpus.sources), 'text')}"
    try:
        corpus.to_files(folder)
        text = _README.format(about=about, commands="\n".join(f"$ {one}" for one in _commands(output)))
        write_files(folder, {"README.md": text.encode(errors="backslashreplace")})
    except OSError as error:
        stop(f"{output}: {error.strerror or error}")
    return f"{about} in {visible(output)}; README.md has the next commands"


def _left_out(corpus: Corpus) -> int:
    """Return the number of characters that are in no claim or heading; white space is not counted."""
    ends = dict.fromkeys(corpus.sources, 0)
    spans = [(one.source_id, one.start, one.passage_end) for one in corpus.claims.values()]
    spans += [(one.source_id, one.start, one.start + len(one.text)) for one in corpus.headings]
    spans += [(source_id, len(text), len(text)) for source_id, text in corpus.sources.items()]
    left = 0
    for source_id, start, last in sorted(spans):
        left += len("".join(corpus.sources[source_id][ends[source_id] : start].split()))
        ends[source_id] = max(ends[source_id], last)
    return left


def _commands(output: str) -> list[str]:
    """Return the next commands for a corpus."""
    against = f"--against {shlex.quote(output)}"
    verdicts = f"--kind verdict {against}"
    return [
        f"kaiser-interview claims {against}",
        f"kaiser-interview schema verdict --draft {against}",
        f"kaiser-interview parse answers.jsonl {verdicts} --output rows.jsonl",
        f"kaiser-interview fix rows.jsonl {verdicts} --set method=model --set creator=I --output fixed.jsonl",
        f"kaiser-interview split fixed.jsonl {verdicts} --valid good.jsonl --rejects again.jsonl",
    ]
