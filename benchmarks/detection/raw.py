"""JSON text that Python values cannot represent."""

__all__ = ["Raw"]


class Raw(str):
    """A JSON text that is written into a row unchanged."""

    __slots__ = ()
