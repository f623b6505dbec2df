"""The entry of `CHANGELOG.md` for the version: dated for a release, or said to be on its way."""

import re

__all__ = ["faults"]

PARTS = ("Data", "Schema", "Code")


def faults(text: str, version: str, data: tuple[str, str], tag: str | None = None) -> list[str]:
    """Return faults of the entries for the version and for the data release, a number and its day.

    Without a tag, a version that has no section of its own yet has to be announced under `Unreleased`; with
    one, only a dated section will do.
    """
    if tag is not None and tag != f"v{version}":
        return [f"the tag is {tag}, and the version {version}"]
    sections = dict(re.findall(r"^## \[([^\]]+)\](.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    if version in sections:
        date, _, body = sections[version].partition("\n")
        return [*_data(text, *data), *_date(date, version), *_parts(body, version)]
    if tag is not None:
        return [f"CHANGELOG.md has no section [{version}]"]
    body = sections.get("Unreleased", "")
    found = (
        []
        if f"The next release is {version}." in body
        else [f"Unreleased does not say: The next release is {version}."]
    )
    return [*_data(text, *data), *found, *_parts(body, "Unreleased")]


def _data(text: str, release: str, day: str) -> list[str]:
    entry = f"- Data release {release}, {day}"
    return [] if entry in text else [f"CHANGELOG.md does not say under Data: {entry}"]


def _date(said: str, version: str) -> list[str]:
    if re.fullmatch(r" - [0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        return []
    return [f"[{version}] has no date: expected ## [{version}] - YYYY-MM-DD"]


def _parts(body: str, section: str) -> list[str]:
    parts = dict(re.findall(r"^### (.*?)\n(.*?)(?=^### |\Z)", body, re.MULTILINE | re.DOTALL))
    wrong = [f"[{section}] has nothing under {part}" for part in PARTS if "- " not in parts.get(part, "")]
    return [*wrong, *(f"[{section}] has a part {part}" for part in parts if part not in PARTS)]
