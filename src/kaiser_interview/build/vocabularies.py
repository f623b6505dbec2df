"""Check the vocabularies in `raw/vocabularies.toml` against the models and the layers."""

from collections.abc import Mapping
from typing import Any, get_args

from ..errors import BuildError
from ..records.models import ClaimType, Horizon, MentionType, RelationType, Topic
from .layers import Layers

__all__ = ["check_examples", "check_vocabularies"]

_FILE = "raw/vocabularies.toml"

_MODELLED = {
    "topic": Topic,
    "claim_type": ClaimType,
    "horizon": Horizon,
    "mention_type": MentionType,
    "relation": RelationType,
}


def check_vocabularies(vocabularies: Mapping[str, Any]) -> None:
    """Raise `BuildError` unless every vocabulary has the values of the models, in the same order."""
    for scheme, literal in _MODELLED.items():
        named, modelled = [*vocabularies.get(scheme, {})], [*get_args(literal)]
        if named != modelled:
            raise BuildError(
                _FILE,
                None,
                f"{scheme}: expected {modelled}, as in models.py, got {named}",
            )


def check_examples(vocabularies: Mapping[str, Any], layers: Layers) -> None:
    """Raise `BuildError` unless the example claim of every value has that value in the layers."""
    given = {(label.scheme, label.value, label.claim_id) for label in layers.labels}
    given |= {("mention_type", mention.type, mention.claim_id) for mention in layers.mentions}
    given |= {("relation", relation.relation, relation.claim_id) for relation in layers.relations}
    for scheme, values in vocabularies.items():
        for value, entry in values.items():
            if (scheme, value, entry["example"]) not in given:
                raise BuildError(
                    _FILE,
                    None,
                    f"{scheme}.{value}: expected an example with this value, got {entry['example']}",
                )
