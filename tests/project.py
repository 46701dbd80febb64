"""Reads the project: docs/index.md by its lines, and the site that MkDocs builds from it."""

import logging
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

PAGE = "docs/index.md"
SETTINGS = "mkdocs.yml"
MARKER = r"\[\^([^\]]+)\]"
# What lines look like that are no running text; a row with a rule below it is a table's head.
KINDS_OF_LINE = {
    "definition": rf" {{0,3}}{MARKER}:",
    "heading": r"#+ ",
    "rule": r"[|:\- ]+$",
    "row": r" {0,3}\|",
    "item": r"\s*([-*+]|\d+\.) ",
}


class CannotRun(Exception):
    """The project cannot be read or built; the message says why, and what to do."""


@dataclass
class Line:
    """A line of the page with those that only continue it; part: the part that it stands in."""

    number: int
    text: str
    kind: str
    part: str

    @property
    def cells(self):
        """The cells of a row, without their markers."""
        row = re.sub(MARKER, "", self.text).strip().removeprefix("|").removesuffix("|")
        return [cell.strip() for cell in re.split(r"(?<!\\)\|", row)]


@dataclass
class Project:
    """The page by its lines, and what MkDocs made of it: HTML, as bytes and as a tree."""

    root: Path
    lines: list
    source: bytes
    page: html.HtmlElement

    def lines_of(self, kind, part=None):
        """The lines of a kind, in the page or in one part of it."""
        return [line for line in self.lines if line.kind == kind and part in (None, line.part)]


def read_text(path):
    """Return the text of a file. Raises CannotRun where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}; name a folder that holds the project")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CannotRun(f"{path}:{line}: a byte that is not UTF-8; save the file as UTF-8")


def read_lines(page):
    """Return the lines of the page that are not empty, each with its continuation."""
    lines, part, before = [], "", None
    for number, text in enumerate(page.split("\n"), 1):
        fitting = (kind for kind, form in KINDS_OF_LINE.items() if re.match(form, text))
        kind = next(fitting, "text")
        if not text.strip():
            before = None
        elif kind == "text" and before and continues(text, before):
            before.text += " " + text.strip()
        elif kind == "rule" and before and before.kind == "row":
            before.kind = "head"
        else:
            part = text[3:].strip() if text.startswith("## ") else part
            lines.append(before := Line(number, text, kind, part))
    return lines


def continues(text, before):
    """Whether a line of text goes on with what stands before it: indented, or unfinished there."""
    unfinished = not re.search(rf"([.!?][”\")]?|{MARKER})\s*$", before.text)
    return before.kind in ("text", "item", "definition") and (text[0].isspace() or unfinished)


def refuse_what_stops_mkdocs(lines):
    """Raise CannotRun for what would stop MkDocs without a word of where it stands."""
    for line in lines:
        if line.kind == "definition" and re.search(rf"\S\s+{MARKER}:", line.text):
            raise CannotRun(f"{PAGE}:{line.number}: unindent the definition below this line")
        for address in re.findall(r"\]\((\S+)\)", line.text):
            try:
                urlsplit(address)
            except ValueError as error:
                raise CannotRun(f"{PAGE}:{line.number}: {address}: {error}; correct the address")


def read_project(root):
    """Build the site in a temporary folder; return the project. Raises CannotRun."""
    logging.getLogger("mkdocs").setLevel("ERROR")  # the rules say the rest, with its place
    lines = read_lines(read_text(root / PAGE))
    refuse_what_stops_mkdocs(lines)
    try:
        with tempfile.TemporaryDirectory() as folder:
            build(load_config(str(root / SETTINGS), site_dir=folder, strict=False))
            source = Path(folder, "index.html").read_bytes()
            return Project(root, lines, source, html.fromstring(source.decode()))
    except Exception as error:
        place = f"{error.filename}:{error.lineno}: " if hasattr(error, "lineno") else ""
        raise CannotRun(f"{place}MkDocs stopped; mend this first: {error}")
