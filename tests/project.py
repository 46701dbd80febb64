"""Reads the project: docs/index.md by its lines, and the site that MkDocs builds from it."""

import logging
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

PAGE = "docs/index.md"
SETTINGS = "mkdocs.yml"
MARKER = r"\[\^([^\]]+)\]"
# What lines of each kind begin with; a row with a rule below it becomes a table's "head".
KINDS_OF_LINE = {
    "empty": r"\s*$",
    "definition": rf" {{0,3}}{MARKER}:",
    "heading": r"#+ ",
    "rule": r"[|:\- ]+$",
    "row": r" {0,3}\|",
    "item": r"\s*([-*+]|\d+\.) ",
    "text": "",
}


class CannotRun(Exception):
    """Says why the project cannot be read or built, and what to do."""


@dataclass
class Line:
    """A line of the page, with the indented ones that continue it, and the part it is in."""

    number: int
    text: str
    kind: str
    part: str


@dataclass
class Project:
    """The page by its lines, and the HTML that MkDocs made of it."""

    root: Path
    lines: list
    page: html.HtmlElement


def read_text(path):
    """Return the text of a file. Raises CannotRun where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}; name a folder that holds the project")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CannotRun(f"{path}:{line}: a byte that is not UTF-8; save the file as UTF-8")


def kind_of(text):
    """Return the first kind whose form the text has."""
    return next(kind for kind, form in KINDS_OF_LINE.items() if re.match(form, text))


def read_lines(page):
    """Return the lines of the page; an indented one joins the line that it continues."""
    lines, part = [Line(0, "", "empty", "")], ""
    for number, text in enumerate(page.split("\n"), 1):
        kind, above = kind_of(text), lines[-1]
        if kind == "text" and text[0].isspace() and above.kind != "empty":
            above.text += " " + text.strip()
            continue
        if text.startswith("## "):
            part = text[3:].strip()
        elif kind == "rule" and above.kind == "row":
            above.kind = "head"
        lines.append(Line(number, text, kind, part))
    return lines


def read_project(root):
    """Read the page and build the site; return the project. Raises CannotRun."""
    logging.getLogger("mkdocs").setLevel("ERROR")  # the rules say the rest, with its place
    lines = read_lines(read_text(root / PAGE))
    for line in lines:  # MkDocs would stop without a word of where this stands
        if line.kind == "definition" and re.search(rf"\S\s+{MARKER}:", line.text):
            raise CannotRun(f"{PAGE}:{line.number}: unindent the definition below this line")
    try:
        with tempfile.TemporaryDirectory() as folder:
            build(load_config(str(root / SETTINGS), site_dir=folder, strict=False))
            page = html.fromstring(Path(folder, "index.html").read_text("utf-8"))
            return Project(root, lines, page)
    except Exception as error:
        place = f"{error.filename}:{error.lineno}: " if hasattr(error, "lineno") else ""
        raise CannotRun(f"{place}MkDocs stopped; mend this first: {error}")
