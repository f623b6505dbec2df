"""Rule for questions: an answerable one has an answer and references; another one has no answer."""

from typing import TYPE_CHECKING, Any, ClassVar

from ...records.models import Question, Record
from ..findings.display import shown
from ..findings.finding import Fault
from .base import Rule

if TYPE_CHECKING:
    from ..arrow.arrays import Bools, Ints
    from ..references.columns import Fields, ReferenceColumns
    from .base import ColumnRule

__all__ = ["QuestionRule"]


class QuestionRule(Rule):
    """`answerable` agrees with `answer` and `references`."""

    model: ClassVar[type[Record]] = Question

    def rows(self, bad: frozenset[str], /, answerable: Any, answer: Any, references: Any) -> list[Fault]:
        found: list[Fault] = []
        if "answerable" in bad or answerable is None:
            return []
        if "answer" not in bad and (answer is not None) is not answerable:
            expected = "an answer (answerable is true)" if answerable else "null (answerable is false)"
            got = "nothing" if answerable else shown(answer)
            suggestion = (
                "add an answer, or set answerable to false"
                if answerable
                else "remove the answer, or set answerable to true"
            )
            found.append(Fault("fields-disagree", ("answer",), expected, got, suggestion))
        if answerable and "references" not in bad and not references:
            expected = "a reference (answerable is true)"
            suggestion = "add the claims that answer it, or set answerable to false"
            found.append(Fault("fields-disagree", ("references",), expected, "none", suggestion))
        return found

    def columns(self, _: "ReferenceColumns") -> "ColumnRule":
        import numpy as np
        import pyarrow.compute as pc
        import pyarrow.types as kinds

        from ..arrow.arrays import is_list, is_null, plain, to_numpy, truths

        def look(fields: "Fields", claims: "Ints", _: "Ints") -> "Bools":
            rows = len(claims)
            answerable, references = fields.get("answerable"), fields.get("references")
            if answerable is None or references is None:
                return np.ones(rows, np.bool_)
            answerable, references = plain(answerable), plain(references)
            if not kinds.is_boolean(answerable.type) or not is_list(references.type):
                return np.ones(rows, np.bool_)
            is_answerable = truths(answerable)
            answer = fields.get("answer")
            answered = np.zeros(rows, np.bool_) if answer is None else ~is_null(answer)
            empty = to_numpy(pc.list_value_length(references), 1) == 0
            return np.asarray((answered != is_answerable) | (is_answerable & empty))

        return look
