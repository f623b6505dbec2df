"""The quote checks against a naive implementation, over generated corpora."""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hints import hint
from scale import amount

import kaiser_interview as ki
from benchmarks.detection.naive_quotes import Passage, markers, naive, outcome, typography

World = dict[str, Any]
Row = dict[str, Any]

# Few characters, so that spans repeat within claims and between them; with astral characters, combining
# marks, full-width forms, and brackets and digits that look like markers within a claim.
ALPHABETS = [
    "语言模型不ab",
    "aa\u0301\u0308é-—",
    "𠀋🧠𝐀A①1",
    '言,,"“”。.… \u3000',
    ["a", "不", " ", "[1]", " [1]", "["],
    "가각ᆨᄀ1a",
]
ENGLISH = ["ab not", "ae\u0301é’' ", "x-—…. ", "a𝐀🧠1,，", ["a", "b", " ", "[1]", " [1]", "]"]]
# As text they would be in another order.
RELEASES = ["1.0.0", "1.9.0", "1.10.0"]
MARKERS = [None, None, "[1]", "[1][12]", "[2][3][11]"]

ANNOTATION = {"method": "rule", "creator": "t"}
KINDS: dict[str, Row] = {
    "label": {"scheme": "t:s", "value": "v"},
    "verdict": {"verdict": "mixed", "urls": []},
    "embedding": {"model": "m", "of": "text", "vector": [0.5]},
    "mention": {"name": "n", "type": "concept"},
    "translation": {"language": "en"},
    "relation": {"relation": "supports"},
    "question": {"question": "q", "answer": "a", "answerable": True, "language": "en"},
}

# Offsets in other units than code points of the source, in the words with which a suggestion ends.
UNITS = {
    "relative to the claim": lambda _, origin, a, b: (a - origin, b - origin),
    "1-based": lambda _, __, a, b: (a + 1, b + 1),
    "1-based, with an inclusive end": lambda _, __, a, b: (a + 1, b),
    "0-based, with an inclusive end": lambda _, __, a, b: (a, b - 1),
    "in bytes": lambda whole, _, a, b: (octets(whole[:a]), octets(whole[:b])),
    "in UTF-16 code units": lambda whole, _, a, b: (units(whole[:a]), units(whole[:b])),
    "in bytes, relative to the claim": lambda whole, origin, a, b: (
        octets(whole[origin:a]),
        octets(whole[origin:b]),
    ),
    "in UTF-16 code units, relative to the claim": lambda whole, origin, a, b: (
        units(whole[origin:a]),
        units(whole[origin:b]),
    ),
}
SLIPS = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (1, -1), (-1, 1)]

OUTCOMES = {
    "quote-out-of-range",
    "right",
    "quote-misplaced",
    "quote-ambiguous",
    "quote-too-short",
    "quote-misattributed",
    "stale-claim",
    "quote-markers-differ",
    "quote-typography-differs",
    "quote-not-found",
}
WARNINGS = {"quote-ambiguous", "quote-too-short"}


def octets(text: str) -> int:
    return len(text.encode())


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def quoted(world: World, row: Row) -> tuple[str, str, int]:
    """Return the passage that a row may quote, the text that offsets count in, and the start of the first."""
    claim = world["claims"][row["claim_id"]]
    if row.get("quote_of") == "text_en":
        return claim["text_en"] or "", claim["text_en"] or "", 0
    return claim["passage"], claim["source"], claim["start"]


def naive_outcome(world: World, row: Row) -> str:
    """Return the code of the first quote check that applies."""
    elsewhere = world[row.get("quote_of") or "text"]
    return outcome(Passage(*quoted(world, row)), row, elsewhere, stale=stale(world, row))


def stale(world: World, row: Row) -> bool:
    """Return whether a row's release is older than the last one that changed its claim."""
    revised = world["claims"][row["claim_id"]]["revised"]
    return row.get("release") is not None and RELEASES.index(row["release"]) < RELEASES.index(revised)


def expected(world: World, row: Row) -> list[str]:
    """Return the codes of a row's findings: its quote's, and that it was made from an earlier text."""
    codes = {naive_outcome(world, row)} - {"right"}
    return sorted(codes | {"stale-claim"} if stale(world, row) else codes)


# Corpora and rows.


def corpus(draw: random.Random, folder: Path, translated: float = 1.0) -> World:
    """Write a corpus of several sources with the given share of translations, and return its parts."""
    alphabet, english = draw.choice(ALPHABETS), draw.choice(ENGLISH)
    pool: dict[str, list[str]] = {"".join(alphabet): [], "".join(english): []}

    def words(of: str | list[str], longest: int) -> str:
        made, used = "".join(draw.choices(of, k=draw.randint(1, longest))), pool["".join(of)]
        if used and draw.random() < 0.4:
            made = draw.choice([made, ""]) + draw.choice(used) + draw.choice([made, ""])
        used.append(made[:longest])
        return made[:longest]

    claims: dict[str, Row] = {}
    sources: dict[str, Row] = {}
    headings: list[Row] = []
    for number in range(draw.randint(1, 3)):
        source = {"source_id": f"s{number}", "headline": None}
        whole = ""
        if draw.random() < 0.6:
            source |= {"headline": words(alphabet, 8), "headline_en": words(english, 8)}
            whole = source["headline"] + "\n"
        for dialogue in range(draw.randint(1, 2)):
            if draw.random() < 0.6:
                title = {"title": words(alphabet, 6), "title_en": words(english, 8), "start": len(whole)}
                headings.append({"dialogue_id": f"d{number}{dialogue}", "source_id": f"s{number}", **title})
                whole += f"题：{title['title']}\n"
            for _ in range(draw.randint(1, 3)):
                text, printed = words(alphabet, 16), draw.choice(MARKERS)
                start, end = len(whole), len(whole) + len(text)
                whole += text + (draw.choice([" ", " ", "", "\u3000"]) + printed if printed else "")
                claim_id = f"d{number:02}-c{len(claims):02}"
                claims[claim_id] = {
                    "claim_id": claim_id,
                    "source_id": f"s{number}",
                    "text": text,
                    "text_en": words(english, 20) if draw.random() < translated else None,
                    "start": start,
                    "end": end,
                    "markers": printed,
                    "passage": whole[start:],
                    "revised": draw.choice(RELEASES),
                }
                whole += draw.choice(["\n", " - ", "；", "a"])
        sources[source["source_id"]] = source | {"text": whole}
    for claim in claims.values():
        claim["source"] = sources[claim["source_id"]]["text"]

    reported = ["claim_id", "source_id", "text", "text_en", "start", "end", "markers"]
    write(folder / "claims.jsonl", [{name: claim[name] for name in reported} for claim in claims.values()])
    write(folder / "sources.jsonl", sources.values())
    write(folder / "dialogues.jsonl", headings)
    write(folder / "releases.jsonl", releases(claims))
    headlines = [source for source in sources.values() if source["headline"]]
    return {
        "corpus": ki.Corpus.from_files(folder),
        "claims": claims,
        "text": [
            *(claim["passage"] for claim in claims.values()),
            *(f"题：{heading['title']}" for heading in headings),
            *(source["headline"] for source in headlines),
        ],
        "text_en": [
            *(claim["text_en"] for claim in claims.values() if claim["text_en"]),
            *(heading["title_en"] for heading in headings),
            *(source["headline_en"] for source in headlines),
        ],
    }


def releases(claims: dict[str, Row]) -> Iterator[Row]:
    """Yield the history of each release: new and revised claims, and two retired claims."""
    for number, release in enumerate(RELEASES):
        for name, claim in claims.items():
            last = RELEASES.index(claim["revised"])
            if number in {0, last}:
                text = claim["text"] if number == last else claim["text"] + "!"
                yield {"release": release, "claim_id": name, "claim_sha256": digest(text)}
    for number, release in enumerate(RELEASES[1:]):
        yield {"release": release, "claim_id": f"d99-c{number:02}"}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def write(path: Path, rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def altered(draw: random.Random, text: str) -> str:
    """Alter a quote in its markers, typography or words, or leave it."""
    kind = draw.choice(
        ["none"] * 6 + ["markers", "markers", "typography", "typography", "space", "character"]
    )
    at = draw.choice([0, len(text), draw.randrange(len(text) + 1)])
    if kind == "markers":
        return draw.choice([markers(text), text + "[1]", text.replace("[", " ["), text.replace("]", "][3]")])
    if kind == "typography":
        swaps = {"—": "--", "-": "–", '"': "“", "…": "...", ",": "，", "é": "e\u0301", "A": "\uff21"}
        swaps |= {"1": "\uff11", "a": "\uff41", "'": "’", "[": "【", "各": "가\u11a8", "语": "语\u200b"}
        return "".join(swaps.get(mark, mark) for mark in text)
    if kind == "space":
        return text[:at] + draw.choice([" ", "\u3000", "\u200b"]) + text[at:]
    if kind == "character":
        return text[:at] + draw.choice(["", "不", "n", "\u0301"]) + text[at + draw.randint(0, 1) :]
    return text


def span(draw: random.Random, text: str) -> tuple[int, int]:
    start = draw.randrange(len(text))
    return start, draw.choice([len(text), min(len(text), start + draw.randint(1, 8))])


def offsets(draw: random.Random, whole: str, origin: int, start: int, end: int) -> tuple[int, int] | None:
    """Return offsets of a span: none, right, or wrong in one of the ways in which offsets are wrong."""
    how = draw.choice(["none"] * 6 + ["right"] * 3 + ["slip", "slip", "unit", "unit", "odd"])
    if how == "none":
        return None
    if how == "slip":
        slip = draw.choice(SLIPS)
        start, end = start + slip[0], end + slip[1]
    elif how == "unit":
        start, end = UNITS[draw.choice([*UNITS])](whole, origin, start, end)
    elif how == "odd":
        start, end = draw.choice(
            [
                (end, start),
                (start, start),
                (0, end - start),
                (len(whole) - 1, len(whole)),
                (len(whole), len(whole) + end - start),
                (start, len(whole) + 1),
                (start, 2**31 - 1),
                (2**31 - 2, 2**31 - 1),
            ]
        )
    # A negative offset has not the shape of one.
    return max(start, 0), max(end, 0)


def row(draw: random.Random, world: World, kind: str) -> Row:
    """Draw a row with a quote of its claim, or of something else."""
    name = draw.choice([*world["claims"]])
    claim = world["claims"][name]
    of = draw.choice(["text", "text_en"])
    made = ANNOTATION | KINDS[kind] | {"claim_id": name}
    if of == "text_en" or draw.random() < 0.5:
        made["quote_of"] = of
    passage, whole, origin = quoted(world, made)
    where = draw.choice(["own"] * 5 + ["other"] * 3 + ["whole", "language"])
    held, at = passage, origin
    if where == "other":
        # Mostly one from the same text, so that the offsets may be those of its place.
        held = draw.choice(world[of])
        at = max(whole.find(held), 0)
    elif where == "whole":
        held, at = whole, 0
    elif where == "language":
        held, whole, at = quoted(world, made | {"quote_of": "text" if of == "text_en" else "text_en"})
    start, end = span(draw, held)
    given = offsets(draw, whole, origin, at + start, at + end)
    made["quote"] = altered(draw, held[start:end]) or held[start:end]
    if given:
        made["quote_start"], made["quote_end"] = given
    if draw.random() < 0.7:
        made["claim_sha256"] = digest(claim["text"])
    if draw.random() < 0.6:
        made["release"] = draw.choice([*RELEASES, *RELEASES[:1] * 2])
    return made


def right(draw: random.Random, world: World, kind: str) -> Row:
    """Draw a row whose quote is at its offsets."""
    made = ANNOTATION | KINDS[kind] | {"claim_id": draw.choice([*world["claims"]])}
    made["quote_of"] = draw.choice(["text", "text_en"])
    passage, _, origin = quoted(world, made)
    start, end = span(draw, passage)
    return made | {"quote": passage[start:end], "quote_start": origin + start, "quote_end": origin + end}


def placed(row: Row, start: int, end: int) -> Row:
    return row | {"quote_start": start, "quote_end": end}


def worlds(
    count: int, seed: int, folder: Path, a_corpus: int = 50
) -> Iterator[tuple[random.Random, World, int]]:
    """Yield corpora, and how many rows to try against each, so many in all."""
    draw = random.Random(seed)
    for done in range(0, count, a_corpus):
        yield draw, corpus(draw, folder), min(a_corpus, count - done)


def findings(world: World, rows: Any, kind: str) -> dict[int, list[ki.Finding]]:
    """Return the findings of each row that has any."""
    found: dict[int, list[ki.Finding]] = {}
    for one in ki.validate(rows, kind=kind, against=world["corpus"], max_findings=100_000).sample:
        found.setdefault(one.row, []).append(one)
    return found


def stands(world: World, row: Row) -> bool:
    """Return whether a quote is at its offsets in the claim, or without offsets anywhere in it."""
    passage, _, origin = quoted(world, row)
    places, start, end = naive(passage, row["quote"]), row["quote_start"], row["quote_end"]
    return bool(places) if start is None else (start - origin, end - origin) in places


def described(world: World, row: Row) -> str:
    """Return the message of a failing test."""
    claim = world["claims"][row["claim_id"]]
    return f"{row=}\n{claim=}\ntext={world['text']}\ntext_en={world['text_en']}"


def test_quote_checks_agree_with_naive_checks(tmp_path):
    seen: Counter[tuple[str, str]] = Counter()
    count = amount(5_000, 200_000)
    for draw, world, so_many in worlds(count, 1, tmp_path):
        kind = draw.choice(["label", "verdict", "embedding"])
        rows = [row(draw, world, kind) for _ in range(so_many)]
        found = findings(world, rows, kind)
        # Rows as text take another path through the row validator.
        as_text = findings(world, str(write(tmp_path / "rows.jsonl", rows)), kind)
        for number, one in enumerate(rows):
            codes = sorted(finding.code for finding in found.get(number, ()))
            assert codes == expected(world, one), described(world, one)
            as_text_codes = sorted(finding.code for finding in as_text.get(number, ()))
            assert as_text_codes == codes, described(world, one)
            for finding in found.get(number, ()):
                assert (finding.severity == "warning") is (finding.code in WARNINGS)
            seen[one.get("quote_of") or "text", naive_outcome(world, one)] += 1
    for of in ("text", "text_en"):
        for wanted in OUTCOMES:
            assert seen[of, wanted] >= count / 100, (of, wanted, seen)


def test_offsets_off_by_one_are_caught(tmp_path):
    seen: Counter[str] = Counter()
    for draw, world, so_many in worlds(amount(8_000, 200_000), 2, tmp_path, 160):
        rows = []
        for _ in range(so_many // len(SLIPS)):
            one = right(draw, world, "label")
            moved = [(one["quote_start"] + a, one["quote_end"] + b) for a, b in SLIPS]
            rows += [placed(one, start, end) for start, end in moved if start >= 0]
        found = findings(world, rows, "label")
        for number, one in enumerate(rows):
            _, whole, _ = quoted(world, one)
            # Repeated characters: the quote occurs there as well.
            if stands(world, one):
                wanted = []
            elif one["quote_start"] < one["quote_end"] <= len(whole):
                wanted = ["quote-misplaced"]
            else:
                wanted = ["quote-out-of-range"]
            assert [finding.code for finding in found.get(number, ())] == wanted, described(world, one)
            seen[" ".join(wanted)] += 1
    assert len(seen) == 3
    assert min(seen.values()) > 20, seen


def counted_otherwise(
    count: int, seed: int, folder: Path, *, several: bool
) -> Iterator[tuple[Row, ki.Finding, Any]]:
    """Yield misplaced quotes, their findings, and the place that each unit means, if any."""
    for draw, world, so_many in worlds(count, seed, folder, 160):
        rows = []
        for _ in range(so_many // len(UNITS)):
            drawn = [right(draw, world, "label") for _ in range(10 if several else 1)]
            # Units give different places only if a quote occurs several times.
            one = max(drawn, key=lambda one: len(naive(quoted(world, one)[0], one["quote"])))
            _, whole, origin = quoted(world, one)
            for convert in UNITS.values():
                start, end = convert(whole, origin, one["quote_start"], one["quote_end"])
                rows.append(placed(one, start, end))
        rows = [one for one in rows if naive_outcome(world, one) == "quote-misplaced"]
        found = findings(world, rows, "label")
        for number, one in enumerate(rows):
            (finding,) = found[number]
            assert finding.code == "quote-misplaced"
            passage, whole, origin = quoted(world, one)
            places = [(origin + start, origin + end) for start, end in naive(passage, one["quote"])]
            meant = {
                name: (start, end)
                for name, convert in UNITS.items()
                for start, end in places
                if convert(whole, origin, start, end) == (one["quote_start"], one["quote_end"])
            }
            yield one, finding, meant


def test_the_unit_that_explains_offsets_is_named(tmp_path):
    seen: Counter[tuple[str, str]] = Counter()
    for one, finding, meant in counted_otherwise(amount(16_000, 200_000), 3, tmp_path, several=False):
        if len({*meant.values()}) == 1:
            ((start, end),) = {*meant.values()}
            assert hint(finding).startswith(f"use {start} to {end}: "), (one, finding, meant)
            # Some names end as others do.
            named = max((name for name in UNITS if hint(finding).endswith(name)), key=len, default=None)
            assert named in meant, (one, finding, meant)
            seen.update((one["quote_of"], name) for name in meant)
    # In an English string, offsets from the claim are right.
    wanted = {(of, name) for of in ("text", "text_en") for name in UNITS} - {
        ("text_en", "relative to the claim")
    }
    assert min(seen[one] for one in wanted) > 15, seen


def test_no_suggestion_is_safe_when_units_give_different_places(tmp_path):
    seen = 0
    for one, finding, meant in counted_otherwise(amount(8_000, 200_000), 4, tmp_path, several=True):
        if len({*meant.values()}) > 1:
            reported = hint(finding) or ""
            named = {place for place in meant.values() if f"{place[0]} to {place[1]}" in reported}
            assert named in (set(), {*meant.values()}), (one, finding, meant)
            seen += 1
    assert seen > 20


def unescaped(words: str) -> str:
    """Return the message of a finding with invisible characters unescaped."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), words)


def test_a_suggestion_is_right(tmp_path):
    """Offsets that a suggestion names are right, for the characters there if the quote differs."""
    seen: Counter[str] = Counter()
    for draw, world, so_many in worlds(amount(4_000, 100_000), 5, tmp_path):
        rows = [row(draw, world, "label") for _ in range(so_many)]
        found = findings(world, rows, "label")
        for number, one in enumerate(rows):
            for finding in found.get(number, ()):
                code = finding.code
                reported = re.search("([0-9]+) (?:and quote_end )?to ([0-9]+)", hint(finding) or "")
                passage, whole, _ = quoted(world, one)
                places = naive(passage, one["quote"])
                if code == "quote-typography-differs":
                    places = naive(typography(passage), typography(one["quote"]))
                if code in {"quote-typography-differs", "quote-misplaced"} and len(places) == 1:
                    assert reported, (finding, described(world, one))
                # Offsets do not fix a quote that is in another claim or has no match.
                if not reported or code in {"quote-misattributed", "quote-not-found", "stale-claim"}:
                    continue
                start, end = map(int, reported.groups())
                fixed = placed(one, start, end)
                if code in {"quote-typography-differs", "quote-markers-differ"}:
                    fixed["quote"] = whole[start:end]
                    assert unescaped(hint(finding)).endswith(whole[start:end])
                if code == "quote-typography-differs":
                    assert typography(whole[start:end]) == typography(one["quote"])
                if code == "quote-markers-differ":
                    assert markers(whole[start:end]).strip() == markers(one["quote"]).strip()
                assert naive_outcome(world, fixed) == "right", (finding, described(world, one))
                seen[code] += 1
    assert seen.keys() == OUTCOMES - {
        "right",
        "stale-claim",
        "quote-ambiguous",
        "quote-misattributed",
        "quote-not-found",
    }
    assert min(seen.values()) > 50, seen


def test_every_place_of_a_misattributed_quote_is_named_or_counted(tmp_path):
    seen: Counter[bool] = Counter()
    for draw, world, so_many in worlds(amount(4_000, 100_000), 6, tmp_path):
        rows = [row(draw, world, "label") | {"release": None} for _ in range(so_many)]
        found = findings(world, rows, "label")
        for number, one in enumerate(rows):
            if naive_outcome(world, one) == "quote-misattributed":
                (finding,) = found[number]
                count = sum(len(naive(held, one["quote"])) for held in world[one.get("quote_of") or "text"])
                named = len(re.findall("at [0-9]+ to [0-9]+", hint(finding)))
                more = re.search("and ([0-9]+) more$", hint(finding))
                assert named + int(more[1] if more else 0) == count, (count, finding, described(world, one))
                assert named >= min(count, 3)
                seen[bool(more)] += 1
    assert min(seen[True], seen[False]) > 20, seen


def test_a_character_more_or_less_is_never_right(tmp_path):
    """A passage and its negation are different passages."""
    text = ki.source().text
    shipped = {
        claim.claim_id: {
            "passage": f"{claim.text} {claim.markers}",
            "text_en": claim.text_en,
            "source": text,
            "start": claim.start,
        }
        for claim in ki.load("claims")
    }
    draw = random.Random(7)
    several = [{"corpus": None, "claims": shipped}] * amount(20, 200)
    several += [world for _, world, _ in worlds(amount(20, 200), 7, tmp_path, 1)]
    tried = 0
    for world in several:
        rows = []
        for _ in range(50):
            one = right(draw, world, "verdict")
            passage, _, origin = quoted(world, one)
            if draw.random() < 0.5:
                one = placed(one, origin, origin + len(passage)) | {"quote": passage}
            start, end, quote = one["quote_start"], one["quote_end"], one["quote"]
            cut = draw.randrange(len(quote))
            more = quote[:cut] + draw.choice("不没未非无n'") + quote[cut:]
            less = quote[:cut] + quote[cut + 1 :]
            rows += [placed(one, start, end) | {"quote": altered} for altered in (more, less) if altered]
            rows += [
                placed(one, start, end + 1) | {"quote": more},
                placed(one, start, end - 1) | {"quote": less},
            ]
            rows += [
                one | {"quote": altered, "quote_start": None, "quote_end": None} for altered in (more, less)
            ]
        # A shortened quote may be a valid quote at its place.
        rows = [one for one in rows if one["quote"] and not stands(world, one)]
        report = ki.validate(rows, kind="verdict", against=world["corpus"], max_findings=1)
        assert report.invalid == report.errors == len(rows), [
            one for one in rows if ki.validate([one], kind="verdict", against=world["corpus"]).ok
        ]
        tried += len(rows)
    assert tried > 5_000


@pytest.mark.parametrize("kind", KINDS)
def test_one_fault_is_one_finding(kind, tmp_path):
    seen: Counter[str] = Counter()
    for draw, world, so_many in worlds(amount(600, 15_000), 8, tmp_path):
        rows, wanted, path = [], [], ()
        while len(rows) < so_many:
            one = row(draw, world, kind) | {"release": None}
            code = naive_outcome(world, one)
            if code == "right" or (kind == "mention" and one.get("quote_start") is None):
                continue
            others = sorted(world["claims"].keys() - {one["claim_id"]})
            if kind == "translation":
                one["translation"] = world["claims"][one["claim_id"]]["text"]
            elif kind == "relation":
                if not others:
                    break
                one["other_claim_id"] = draw.choice(others)
            elif kind == "question":
                path = ("references", 1)
                fields = ("claim_id", "claim_sha256", "quote", "quote_start", "quote_end", "quote_of")
                valid = right(draw, world, kind)
                references = [{name: held[name] for name in fields if name in held} for held in (valid, one)]
                one = ANNOTATION | KINDS[kind] | {"references": references}
            rows.append(one)
            wanted.append(code)
        found = findings(world, rows, kind)
        for number, one in enumerate(rows):
            reported = found.get(number, ())
            assert [finding.code for finding in reported] == [wanted[number]], (reported, one)
            assert reported[0].path[:-1] == path
            assert reported[0].path[-1] in {"quote", "quote_start"}
            seen[wanted[number]] += 1
    assert seen.keys() >= OUTCOMES - {"right", "stale-claim", "quote-ambiguous", "quote-too-short"}, seen


def test_words_of_another_claim_are_misattributed_without_an_english_text(tmp_path):
    draw, seen = random.Random(9), 0
    for _ in range(amount(40, 2_000)):
        world = corpus(draw, tmp_path, 0.5)
        bare = [name for name, claim in world["claims"].items() if claim["text_en"] is None]
        rows = [
            ANNOTATION | KINDS["label"] | {"claim_id": name, "quote_of": "text_en", "quote": held}
            for name in bare
            for held in world["text_en"]
        ]
        found = findings(world, rows, "label")
        for number, one in enumerate(rows):
            codes = [finding.code for finding in found.get(number, ())]
            assert codes == expected(world, one) == ["quote-misattributed"], described(world, one)
            seen += 1
    assert seen > 100
