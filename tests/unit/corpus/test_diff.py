"""`Corpus.diff`: which claims were added, removed, changed and moved."""

import json

import pytest

import kaiser_interview as ki


def corpus(*lines: str, **sources: str) -> ki.Corpus:
    return ki.Corpus.from_text(sources or "\n".join(lines), unit="line")


def listed(diff) -> dict[str, list]:
    """Return the ids of the claims in each field of a diff that has some."""
    found = {
        "added": [one.claim_id for one in diff.added],
        "removed": [one.claim_id for one in diff.removed],
        "changed": [(one.old.claim_id, one.new.claim_id) for one in diff.changed],
        "moved": [(one.old.claim_id, one.new.claim_id) for one in diff.moved],
        "unchanged": [one.claim_id for one in diff.unchanged],
    }
    return {name: ids for name, ids in found.items() if ids}


GREEN, BLACK, MATE = "Green tea is not fermented.", "Black tea is fermented.", "Mate is brewed from leaves."


def test_equal_corpora():
    diff = corpus(GREEN, BLACK).diff(corpus(GREEN, BLACK))
    assert (diff.is_empty, bool(diff), repr(diff), str(diff)) == (
        True, False, "<CorpusDiff: no changes>", "no changes"
    )  # fmt: skip
    assert listed(diff) == {"unchanged": ["c001", "c002"]}


def test_each_difference():
    diff = corpus(GREEN, BLACK, MATE).diff(corpus("1234567", GREEN, "Black tea is fully fermented."))
    assert listed(diff) == {
        "added": ["c001"], "removed": ["c003"], "changed": [("c002", "c003")], "moved": [("c001", "c002")]
    }  # fmt: skip
    assert (diff.is_empty, bool(diff)) == (False, True)
    assert repr(diff) == "<CorpusDiff: 1 added, 1 removed, 1 changed, 1 moved>"
    (change,) = diff.changed[0].changes
    assert change == (42, 42, "", "ully f")


def test_a_claim_moves_to_another_source():
    old, new = corpus(a=f"{GREEN}\n{BLACK}", b=MATE), corpus(a=GREEN, b=f"{BLACK}\n{MATE}")
    assert listed(old.diff(new)) == {
        "moved": [("a-c002", "b-c001"), ("b-c001", "b-c002")], "unchanged": ["a-c001"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "moved", "unpaired"),
    [
        # The rest of a repeated text is beside the same neighbours as before.
        ("a x x b", "x a x x b", [(1, 2), (2, 3), (3, 4), (4, 5)], ([], [1])),
        ("x a x b", "a x b", [(2, 1), (3, 2), (4, 3)], ([1], [])),
        ("x b x", "x b", [], ([3], [])),
        ("x b x", "b x", [(2, 1), (3, 2)], ([1], [])),
        ("x x x", "x x", [], ([3], [])),
        # Repeated lines with no paired neighbour are paired in order.
        ("a x c x", "x e x", [(2, 1), (4, 3)], ([1, 3], [2])),
        # Lines change places.
        ("a b", "b a", [(2, 1), (1, 2)], ([], [])),
    ],
)
def test_equal_texts_are_paired_in_order(old, new, moved, unpaired):
    words = {"a": "1111", "b": "2222", "c": "3333", "x": "4444", "e": "5555"}
    diff = corpus(*(words[one] for one in old.split())).diff(corpus(*(words[one] for one in new.split())))
    pairs = [(int(a.claim_id[1:]), int(b.claim_id[1:])) for a, b in diff.moved]
    alone = tuple([int(one.claim_id[1:]) for one in claims] for claims in (diff.removed, diff.added))
    assert (pairs, alone) == (moved, unpaired)
    assert diff.changed == ()


def from_files(folder, *claims: tuple[str, str]) -> ki.Corpus:
    folder.mkdir()
    text = "\n".join(words for _, words in claims)
    (folder / "s.txt").write_text(text, "utf-8", newline="\n")
    lines = [
        json.dumps(
            {
                "claim_id": name,
                "text": words,
                "start": text.index(words),
                "end": text.index(words) + len(words),
            }
        )
        for name, words in claims
    ]
    (folder / "claims.jsonl").write_text("\n".join(lines))
    return ki.Corpus.from_files(folder)


def test_the_same_id_decides_between_similar_texts(tmp_path):
    old = from_files(tmp_path / "old", ("a", "Tea costs 10."), ("b", "Tea costs 20."))
    new = from_files(tmp_path / "new", ("b", "Tea costs 30."), ("a", "Tea costs 40."))
    assert listed(old.diff(new)) == {"changed": [("b", "b"), ("a", "a")]}


def test_the_same_id_is_enough_for_a_similar_text_elsewhere(tmp_path):
    old = from_files(tmp_path / "old", ("a", MATE), ("b", GREEN), ("c", BLACK))
    new = from_files(tmp_path / "new", ("b", GREEN), ("c", BLACK), ("a", f"{MATE}!"))
    assert listed(old.diff(new))["changed"] == [("a", "a")]
    new = from_files(tmp_path / "other", ("b", GREEN), ("c", BLACK), ("d", f"{MATE}!"))
    assert {*listed(old.diff(new))} == {"added", "removed", "moved"}


def test_only_the_neighbour_after_a_changed_claim_is_still_there():
    old, new = corpus(GREEN, MATE, BLACK, "end"), corpus(f"{MATE}!", BLACK, "end", GREEN)
    assert listed(old.diff(new))["changed"] == [("c002", "c001")]


@pytest.mark.parametrize("at", [0, 15, 30])
def test_a_changed_text_is_found_beside_many_new_ones(at):
    others = [f"{number:04}" * 20 for number in range(30)]
    new = [*others[:at], f"{GREEN}!", *others[at:]]
    assert listed(corpus(GREEN).diff(corpus(*new)))["changed"] == [("c001", f"c{at + 1:03}")]


def test_other_texts_are_no_changes():
    assert listed(corpus("Tea is hot.").diff(corpus("语言塑造思想"))) == {
        "added": ["c001"],
        "removed": ["c001"],
    }


LONG = "abcdefgh" * 3000


def test_the_differences_of_long_texts():
    edited = f"{LONG[:100]}x{LONG[100:-50]}yy{LONG[-50:]}"
    (changed,) = corpus("one", LONG).diff(corpus("one", edited)).changed
    assert changed.changes == ((104, 104, "", "x"), (len(LONG) - 46, len(LONG) - 46, "", "yy"))


def test_many_differences_of_long_texts_are_one():
    (changed,) = corpus("one", LONG).diff(corpus("one", f"{LONG[:9000]}{'z' * 15_000}{LONG[-1000:]}")).changed
    assert changed.changes == ((9004, len(LONG) - 996, LONG[9000:-1000], "z" * 15_000),)
