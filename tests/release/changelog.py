"""The entry of `CHANGELOG.md` for the version: dated for a release, or said to be on its way."""

import re

__all__ = ["faults"]

PARTS = ("Data", "Schema", "Code")


def faults(text: str, version: str, released: str, tag: str | None = None) -> list[str]:
    """Return what is missing of the version's entry.

    Without a tag, a version that has no section of its own yet has to be announced under `Unreleased`; with
    one, only a dated section will do.
    """
    if tag is not None and tag != f"v{version}":
        return [f"the tag is {tag}, and the version {version}"]
    sections = dict(re.findall(r"^## \[([^\]]+)\](.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    if version in sections:
        date, _, body = sections[version].partition("\n")
        return [*_date(date, version, released), *_parts(body, version)]
    if tag is not None:
        return [f"CHANGELOG.md has no section [{version}]"]
    body = sections.get("Unreleased", "")
    found = (
        [] if f"What will be {version}." in body else [f"Unreleased does not say: What will be {version}."]
    )
    return [*found, *_parts(body, "Unreleased")]


def _date(said: str, version: str, released: str) -> list[str]:
    if not re.fullmatch(r" - [0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        return [f"[{version}] has no date: expected ## [{version}] - {released}"]
    found = said.removeprefix(" - ")
    return [] if found == released else [f"[{version}] is of {found}, and cards.facts.RELEASED of {released}"]


def _parts(body: str, section: str) -> list[str]:
    parts = dict(re.findall(r"^### (.*?)\n(.*?)(?=^### |\Z)", body, re.MULTILINE | re.DOTALL))
    wrong = [f"[{section}] has nothing under {part}" for part in PARTS if "- " not in parts.get(part, "")]
    return [*wrong, *(f"[{section}] has a part {part}" for part in parts if part not in PARTS)]
