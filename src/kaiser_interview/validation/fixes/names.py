"""Find the known fields that an unknown field or column may refer to."""

from collections.abc import Collection

from ..hints.field_names import called, says_more
from ..hints.typos import slips

__all__ = ["meant_by"]


def meant_by(name: str, absent: Collection[str], fields: Collection[str]) -> list[str] | None:
    """Return the missing fields that an unknown name may refer to.

    Parameters
    ----------
    name : str
        The name.
    absent, fields : collection of str
        The fields without a value, and all fields of the kind.

    Returns
    -------
    list of str or None
        Empty if the name is not recognised, so that the field may be removed. None if the name is meaningful,
        so that the field must be kept: it may refer to a field that is already present.
    """
    likely = slips(name, absent) or [*filter(None, [called(name, absent)])]
    return None if not likely and (slips(name, fields) or says_more(name, fields)) else likely
