"""Render templates: every value is escaped, and a page runs nothing but its own style and script."""

import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ..validation.findings.display import clip, json_text, visible
from .alignment import alignment, differences, suggested

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["render_fragment", "render_page"]

# Controls except tab and line feed, bidirectional controls, and lone surrogates: HTML cannot contain them, or
# they change how other text looks.
_UNSAFE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def render_page(name: str, **values: Any) -> str:
    """Return a whole page with its style and its script, if it has one.

    The page has a content security policy that allows only these two, by their digests, and no network.

    Parameters
    ----------
    name : str
        The name of the template: ``corpus`` or ``report``.
    **values : object
        The values of the template.
    """
    style, script = _file("page.css"), _file(f"{name}.js")
    policy = f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}"
    if script:
        policy += f"; script-src {_hash(script)}"
    template = _environment().get_template(f"{name}.html")
    return template.render(style=style, script=script, policy=policy, **values)


def render_fragment(name: str, *values: Any) -> str:
    """Return a macro of the template of fragments, for `_repr_html_`."""
    template = _environment().get_template("fragments.html")
    return str(getattr(template.make_module({"style": _file("fragment.css")}), name)(*values)).strip()


@cache
def _environment() -> "Environment":
    # Imported here, because `_repr_html_` and pages are rarely used.
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        loader=FunctionLoader(_file),
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "visible": visible,
        "json": json_text,
        "clip": clip,
        "with_code": _with_code,
        "thousands": "{:,}".format,
        "alignment": alignment,
        "differences": differences,
        "suggested": suggested,
    }
    return environment


def _file(name: str) -> str:
    """Return a file of the package; empty if there is no such file."""
    path = files(__package__) / "templates" / name
    return path.read_text("utf-8") if path.is_file() else ""


def _printable(value: Any) -> Any:
    """Escape characters that a page cannot show."""
    if isinstance(value, str) and _UNSAFE.search(value):
        escaped = _UNSAFE.sub(lambda found: visible(found[0]), value.replace("\r\n", "\n"))
        return type(value)(escaped)
    return value


def _with_code(text: str) -> Any:
    """Return a text as HTML, in which what is between backticks is code."""
    from markupsafe import Markup, escape

    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - it is escaped


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
