"""Find the known names that are most similar to a misspelled name."""

from collections.abc import Sequence

__all__ = ["near_names"]

_LONGEST = 80


def near_names(name: str, known: Sequence[str], *, most: int, least: float = 0.6) -> list[str]:
    """Return the known names that are most similar to a name, the most similar first.

    Of equally similar names, the last comes first: for a number after the end of a list, it is the nearest.

    Parameters
    ----------
    name : str
        The name. At most 80 characters of it are compared.
    known : sequence of str
        The known names.
    most : int
        How many names to return at most.
    least : float
        The least similarity, from 0 to 1: twice the length of the longest common subsequence, divided by the
        sum of both lengths.
    """
    from rapidfuzz.distance import Indel
    from rapidfuzz.process import extract

    scorer = Indel.normalized_similarity
    found = extract(name[:_LONGEST], known[::-1], scorer=scorer, limit=most, score_cutoff=least)
    return [one for one, _, _ in found]
