"""The README.md of the data directory, by which the Hub and `datasets` know its tables."""

from collections.abc import Mapping

from .facts import CAUTION, DESCRIPTION, NAME, RIGHTS

__all__ = ["dataset_card"]


def dataset_card(rows: Mapping[str, int]) -> str:
    """Return the dataset card for tables with the given numbers of rows, the default table first."""
    configs = "".join(
        f"- config_name: {table}\n"
        + ("  default: true\n" if number == 0 else "")
        + f"  data_files:\n  - split: train\n    path: {table}.parquet\n"
        for number, table in enumerate(rows)
    )
    listed = "".join(f"| `{table}` | {count} |\n" for table, count in rows.items())
    return (
        "---\n"
        f"pretty_name: {NAME}\n"
        "language:\n- zh\n- en\n"
        "license:\n- mit\n- cc-by-4.0\n"
        "size_categories:\n- n<1K\n"
        f"configs:\n{configs}"
        "---\n\n"
        f"# {NAME}\n\n{DESCRIPTION}\n\n"
        f"| table | rows |\n|---|---|\n{listed}\n"
        f"{CAUTION} The English is a machine translation.\n\n"
        f"{RIGHTS}\n"
    )
