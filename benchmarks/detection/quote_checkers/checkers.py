"""The checkers, each with its best settings for quotes in Chinese.

A checker gets a claim and a quote, and returns the text that it takes for the quote in the claim: the quote
itself, other characters of the claim, or None if it refuses the quote.
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NamedTuple

from .cases import Case

__all__ = ["CHECKERS", "OURS", "Check", "Checker"]

Check = Callable[[Case], "str | None"]

OURS = "kaiser-interview"


class Checker(NamedTuple):
    """A checker: the package that it is from, and a function that prepares it."""

    package: str
    prepare: Callable[[], Check]
    tells: str
    """What tells the user that the text differs from the quote."""


def _kaiser_interview() -> Check:
    """Prepare `Validator.check`; a safe fix of a quote is what `fix` would write."""
    import kaiser_interview as ki

    label = {"scheme": "acme:stance", "value": "for", "method": "model", "creator": "a-model"}
    validator = ki.Validator("label", defaults=label)

    def check(case: Case) -> str | None:
        findings = validator.check({"claim_id": case.claim_id, "quote": case.quote})
        errors = [finding for finding in findings if finding.severity == "error"]
        if not errors:
            return case.quote
        suggestion = errors[0].suggestion
        if suggestion is None or suggestion.applicability != "safe":
            return None
        return next((str(edit.after) for edit in suggestion.edits if edit.path == ("quote",)), None)

    return check


def _gtrex() -> Check:
    """Prepare the verifier. Its boundaries of words are for scripts with spaces, so they are off."""
    from gtrex import Policy, Verifier

    policy = Policy(match_boundaries=False)
    verifier = lru_cache(lambda passage: Verifier(passage, policy))

    def check(case: Case) -> str | None:
        certificate: Any = verifier(case.passage).verify(case.quote)
        return certificate.span_text if certificate.grounded else None

    return check


def _gtrex_repair() -> Check:
    """Prepare the repairer with its default threshold; the guard for negations gets those of Chinese."""
    from gtrex import DefaultThresholdWarning, Policy, Repairer

    warnings.simplefilter("ignore", DefaultThresholdWarning)
    policy = Policy(match_boundaries=False, polarity_tokens=("不", "没", "没有", "非", "无", "not"))
    repairer = lru_cache(lambda passage: Repairer(passage, policy))

    def check(case: Case) -> str | None:
        text: str | None = repairer(case.passage).repair(case.quote).text
        return text

    return check


def _langextract(**settings: bool) -> Callable[[], Check]:
    """Return the preparation of the alignment, with the tokenizer that langextract has for Chinese."""

    def prepare() -> Check:
        from langextract.core.data import Extraction
        from langextract.core.tokenizer import UnicodeTokenizer
        from langextract.resolver import Resolver

        resolver, tokenizer = Resolver(), UnicodeTokenizer()

        def check(case: Case) -> str | None:
            given = [Extraction("quote", case.quote)]
            (found,) = resolver.align(given, case.passage, 0, 0, tokenizer_inst=tokenizer, **settings)
            place = found.char_interval
            return None if place is None else case.passage[place.start_pos : place.end_pos]

        return check

    return prepare


def _instructor() -> Check:
    """Prepare `CitationMixin`, which has no settings."""
    from instructor import CitationMixin

    class Quotes(CitationMixin):  # type: ignore[misc] # of an untyped package
        pass

    def check(case: Case) -> str | None:
        given = {"substring_quotes": [case.quote]}
        found: list[str] = Quotes.model_validate(given, context={"context": case.passage}).substring_quotes
        return found[0] if found else None

    return check


def _linkml() -> Check:
    """Prepare the validator on local files. Numbers in brackets are words of the source."""
    from linkml_reference_validator.models import ReferenceValidationConfig
    from linkml_reference_validator.validation.supporting_text_validator import SupportingTextValidator

    folder = Path(mkdtemp())
    validator = SupportingTextValidator(
        ReferenceValidationConfig(
            cache_dir=folder / "cache",
            reference_base_dir=folder,
            fetch_full_text=False,
            literal_bracket_patterns=[r"^[0-9]+$"],
        )
    )

    def check(case: Case) -> str | None:
        path = folder / f"{case.claim_id}.txt"
        if not path.exists():
            path.write_text(case.passage, "utf-8")
        return case.quote if validator.validate(case.quote, f"file:{path.name}").is_valid else None

    return check


def _quotecheck() -> Check:
    """Prepare `check`, whose results `found` and `interleaved` mean that the quote is there."""
    from quotecheck import check as find

    def check(case: Case) -> str | None:
        return case.quote if find(case.quote, case.passage).ok else None

    return check


CHECKERS = {
    OURS: Checker("kaiser-interview", _kaiser_interview, "a finding with a safe fix"),
    "gtrex": Checker("gtrex", _gtrex, "the tier of the match"),
    "gtrex, repair": Checker("gtrex", _gtrex_repair, "the action"),
    "langextract": Checker("langextract", _langextract(), "the alignment status"),
    "langextract, exact only": Checker(
        "langextract", _langextract(enable_fuzzy_alignment=False, accept_match_lesser=False), "–"
    ),
    "instructor": Checker("instructor", _instructor, "nothing"),
    "linkml-reference-validator": Checker("linkml-reference-validator", _linkml, "–"),
    "quotecheck": Checker("quotecheck", _quotecheck, "–"),
}
