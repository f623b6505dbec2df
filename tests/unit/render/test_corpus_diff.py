"""`print(corpus.diff(newer))`: a line for each claim, and one for a run of moved claims."""

import kaiser_interview as ki


def lines_of(old: str | dict[str, str], new: str | dict[str, str]) -> list[str]:
    older, newer = (ki.Corpus.from_text(text, unit="line") for text in (old, new))
    return str(older.diff(newer)).split("\n")


def test_added_and_removed_claims():
    assert lines_of("12345\nTea.\nMate.\nSo.", "語言\u200b語言\nTea.\nMate.\nSo.\n99999\nB.") == [
        "removed  c001, 0 to 5: 12345",
        "added  c001, 0 to 5: 語言\\u200b語言",
        "added  c005, 21 to 26: 99999",
        "added  c006, 27 to 29: B.",
        "3 added, 1 removed",
    ]


def test_runs_of_moved_claims():
    assert lines_of("Tea.\nMate.\nSo.", "x\nTea.\nMate.\nSo.")[1:] == [
        "moved  c001 → c002 to c003 → c004 (3 claims), by +2",
        "1 added, 3 moved",
    ]
    assert lines_of("Tea.\nMate.", "\n\nTea.\nMate.") == ["moved  c001 to c002 (2 claims), by +2", "2 moved"]
    moved = lines_of({"s": "Tea.", "t": "1"}, {"t": "1", "s": "2\nTea."})
    assert moved[1:] == ["moved  s-c001 → s-c002, by +2", "1 added, 1 moved"]
    assert lines_of({"s": "Tea."}, {"t": "Tea."}) == ["moved  c001, s → t", "1 moved"]


def test_changes_with_the_text_around_them():
    words = "The first words of a rather long line, which goes on and on and on and ends here."
    assert lines_of(words, words.replace("rather ", "").replace("ends", "ended"))[:1] == [
        "changed  c001, 0 to 81: The first words of a ⟦rather →⟧long line, which goe…nd on and on and "
        "end⟦s→ed⟧ here."
    ]


def test_many_changes_are_counted():
    old = "a1 b1 c1 d1 e1 f1 g1 Tea is a drink, and so is mate."
    assert lines_of(old, old.replace("1", "2"))[0].endswith("e⟦1→2⟧… and 2 more")


def test_changes_that_cannot_be_seen_are_escaped():
    assert lines_of("Caf\u00e9 au lait", "Cafe\u0301 au lait")[0] == (
        "changed  c001, 0 to 12: Caf⟦é→e\\u0301⟧ au lait"
    )
