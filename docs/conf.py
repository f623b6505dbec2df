"""How the site is made of these pages (`make docs`); nothing of it comes from the network."""

import sys
from pathlib import Path

from numpydoc.xref import DEFAULT_LINKS

import kaiser_interview as ki

sys.path.append(str(Path(__file__).parent / "site"))

project = "kaiser-interview"
author = copyright = "The kaiser-interview maintainers"  # noqa: A001 - Sphinx names it so
version = release = ki.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "chinese_search",
    "code_lines",
    "live_pages",
    "page_meta",
    "record_fields",
    "repository_links",
]
exclude_patterns = ["examples", "site"]
nitpicky = True

# Headings have the anchors that code hosts give them, so one link serves both.
myst_heading_anchors = 4
# The docstrings are read in terminals, where one backtick is enough.
default_role = "code"
highlight_language = "text"

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstrings say types, units and shapes
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
numpydoc_xref_aliases = {name: f"kaiser_interview.{name}" for name in ki.__all__ if name != "__version__"}
numpydoc_xref_ignore = "all"  # words of a type, and types of other projects
DEFAULT_LINKS.clear()  # into Python's own manual, which is not fetched

html_theme = "furo"
html_title = f"kaiser-interview {release}"
html_favicon = "site/favicon.svg"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_use_index = False  # the API page is its own
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
