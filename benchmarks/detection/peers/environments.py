"""One environment a tool, with the versions that the comparison was made with."""

import subprocess
import sys
from pathlib import Path

__all__ = ["PINS", "python_of"]

PINS = {
    "jsonschema-rs": ("jsonschema-rs==0.60.3", "orjson==3.13.0"),
    "pandera": ("pandera[polars]==0.35.0", "polars==2.1.0"),
    "frictionless": ("frictionless==5.21.0",),
    "linkml-reference-validator": ("linkml-reference-validator==0.4.0",),
}
"""The packages installed for each tool; the installer chooses their dependencies."""

FOLDER = Path(__file__).parents[3] / "build" / "peers"


def python_of(name: str) -> Path:
    """Return the interpreter of a tool's environment, made if it is not there or its pins have changed."""
    folder = FOLDER / name
    python, stamp = folder / "bin" / "python", folder / "pins"
    pins = "\n".join(PINS[name])
    if not stamp.exists() or stamp.read_text("utf-8") != pins:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS[name]]
        subprocess.run(install, check=True)
        stamp.write_text(pins, "utf-8")
    return python
