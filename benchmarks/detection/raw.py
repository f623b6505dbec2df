"""What JSON can write and Python cannot hold."""

__all__ = ["Raw"]


class Raw(str):
    """A JSON text that stands in a row as it is."""

    __slots__ = ()
