"""The known names that are most similar to a name."""

from kaiser_interview.near_names import near_names

IDS = [f"d01-c{number:02}" for number in range(1, 6)]


def test_the_most_similar_goes_first():
    assert near_names("claimid", ["claims", "claim_id", "quote"], most=2) == ["claim_id", "claims"]
    assert near_names("claimid", ["claims", "claim_id", "quote"], most=1) == ["claim_id"]


def test_of_equally_similar_names_the_last_goes_first():
    assert near_names("d01-c99", IDS, most=2) == ["d01-c05", "d01-c04"]


def test_dissimilar_passages_are_left_out():
    assert near_names("zzz", IDS, most=2) == []
    assert near_names("claims", ["claim_id"], most=1) == ["claim_id"]
    assert near_names("claims", ["claim_id"], most=1, least=0.75) == []
    assert near_names("claims", [], most=1) == []


def test_of_a_long_name_the_start_is_compared():
    assert near_names("a" * 80 + "b" * 10_000, ["a" * 80], most=1) == ["a" * 80]


def test_a_name_may_contain_any_character():
    assert near_names("d01\ud800-c05", IDS, most=1) == ["d01-c05"]
