"""Stands in the place of a library's own Sphinx configuration, which is a program: pages are read, nothing is executed."""

import os
import re
import sys

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles

project = "library"
extensions = ["myst_parser", "sphinx.ext.mathjax"]
myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath", "fieldlist"]
source_suffix = {".rst": "restructuredtext", ".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build", "build", "**/.ipynb_checkpoints", "**/node_modules"]

# What may be opened: the copied tree, what Sphinx writes, and its packages, which have templates and lists of characters
# of their own. A page could include any other file of the system, and publish it.
TREE = os.path.join("/src", os.path.relpath(os.path.realpath(os.path.dirname(__file__)), "/src").split(os.sep)[0])
ROOMS = (TREE, "/tmp", os.path.realpath(sys.prefix))


def confine(event, args):
    if event != "open" or isinstance(args[0], int):
        return
    path = os.path.realpath(os.fsdecode(args[0]))
    if any(path == room or path.startswith(room + os.sep) for room in ROOMS) or path == os.devnull:
        return
    # A module that is imported late.
    if sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
        return
    # As in a sandbox without it: callers expect a file that is missing more often than one that is closed.
    raise FileNotFoundError(2, "outside of the tree", path)


sys.addaudithook(confine)

# Quotes and dashes stay as they were typed, since most of them are code.
smartquotes = False
highlight_language = "none"
# Text in single backquotes: in libraries' pages mostly the name of something in the code.
default_role = "py:obj"
# Most pages refer to what only the library's own configuration knows.
nitpicky = False
suppress_warnings = ["myst", "ref", "toc", "image", "misc"]

# A page is its text, without navigation, search and copyright.
html_theme = "basic"
html_permalinks = False
html_use_index = False
html_domain_indices = False
html_copy_source = False
templates_path = ["/tmp/templates"]
PAGE = "text-alone.html"
os.makedirs(templates_path[0], exist_ok=True)
with open(os.path.join(templates_path[0], PAGE), "w", encoding="utf-8") as file:
    file.write('<meta charset="utf-8">{{ body }}')

# What runs its content as a program keeps it as code.
CODE = re.compile(r"plot|ipython|jupyter|test(code|setup|output)|doctest|code|prompt|exec|command")


class AnyOption(dict):
    """Options of a directive that nobody knows."""

    def __bool__(self):
        return True

    def __missing__(self, name):
        return str


class UnknownDirective(Directive):
    """A directive of an extension that is not here: its arguments and its text are kept, where Sphinx would drop both."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = AnyOption()

    def run(self):
        kept = [nodes.paragraph("", "", nodes.literal(text=" ".join(self.arguments)))] if self.arguments else []
        if CODE.search(self.name):
            return [*kept, nodes.literal_block(text="\n".join(self.content))]
        inside = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, inside)
        return [*kept, inside]


def unknown_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A role of an extension that is not here: `title <target>` and `~package.name` become what a reader would see."""
    title = re.sub(r"\s*<[^<>]*>$", "", text).lstrip("~!")
    return [nodes.literal(rawtext, title or text)], []


known_directive, known_role = directives.directive, roles.role


def find_directive(*args):
    found, messages = known_directive(*args)
    return (UnknownDirective, []) if found is None else (found, messages)


def find_role(*args):
    found, messages = known_role(*args)
    return (unknown_role, []) if found is None else (found, messages)


directives.directive, roles.role = find_directive, find_role


def setup(app):
    def leave_out_search(app):
        app.builder.search = False

    app.connect("builder-inited", leave_out_search)
    app.connect("html-page-context", lambda *_: PAGE)
