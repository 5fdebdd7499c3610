"""How Sphinx builds this documentation: `make docs`."""

import importlib.metadata

project = "linecs"
author = "the linecs contributors"
copyright = author
release = importlib.metadata.version("linecs")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "linecs"
# Pages quote Japanese terms; the splitter finds English words too.
html_search_language = "ja"

# Docstrings are written with Markdown's single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_use_ivar = True
