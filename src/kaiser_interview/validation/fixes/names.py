"""Decide what an unknown field, or column, stands for."""

from collections.abc import Collection

from ..hints.field_names import called, says_more
from ..hints.typos import slips

__all__ = ["meant_by"]


def meant_by(name: str, absent: Collection[str], fields: Collection[str]) -> list[str] | None:
    """Return the absent fields that an unknown name may stand for.

    Parameters
    ----------
    name : str
        The name.
    absent, fields : collection of str
        The fields without a value, and all fields of the kind.

    Returns
    -------
    list of str or None
        Empty if nothing is known of the name, so that it may be removed. None if it tells what it holds, so
        that it must stay: a field that is there already may be what was meant.
    """
    likely = slips(name, absent) or [*filter(None, [called(name, absent)])]
    return None if not likely and (slips(name, fields) or says_more(name, fields)) else likely
