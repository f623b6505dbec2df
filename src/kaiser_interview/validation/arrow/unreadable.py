"""A placeholder for values of Arrow columns that Python cannot represent."""

__all__ = ["Unreadable"]


class Unreadable:
    """A value that Python cannot represent, such as a time after the year 9999 or in an unknown time zone.

    Parameters
    ----------
    arrow_type : str
        The type of the value.
    text : str
        The value as text.
    """

    def __init__(self, arrow_type: str, text: str) -> None:
        self.words: str = f"a {arrow_type} that Python cannot represent: {text}"
        self._text = text

    def __repr__(self) -> str:
        return self._text
