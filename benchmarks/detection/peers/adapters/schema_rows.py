"""`jsonschema-rs`: each row by the JSON Schema of its kind."""

from pathlib import Path

import jsonschema_rs
import orjson

from .answers import Given, PeerCheck, run


def prepare(given: Given) -> PeerCheck:
    """Compile the schemas."""
    validators = {
        kind: jsonschema_rs.validator_for(given.read(f"schemas/{kind}.json"), validate_formats=True)
        for kind, _ in given.kinds()
    }

    def check(kind: str, path: Path) -> list[bool]:
        is_valid = validators[kind].is_valid
        accepted = []
        with path.open("rb") as lines:
            for line in lines:
                try:
                    accepted.append(is_valid(orjson.loads(line)))
                except ValueError:  # a number or a character that the reader refuses
                    accepted.append(False)
        return accepted

    return check


if __name__ == "__main__":
    run("jsonschema-rs", prepare)
