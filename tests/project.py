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
# What a line looks like that is no running text; the first that fits.
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
    """A line of the page, with those that only continue it.

    kind: "definition", "heading", "rule" (under a table's head), "row", "item" or "text";
    section: the second-level heading above, "" in the lead.
    """

    number: int
    text: str
    kind: str
    section: str

    @property
    def cells(self):
        """The cells of a row, without their markers."""
        row = self.text.strip().removeprefix("|").removesuffix("|")
        return [re.sub(MARKER, "", cell).strip() for cell in re.split(r"(?<!\\)\|", row)]


@dataclass
class Site:
    """What MkDocs built: its files, the two pages as HTML trees, and its warnings."""

    files: set
    page: html.HtmlElement
    not_found: html.HtmlElement
    source: str
    warnings: list
    settings: dict


@dataclass
class Project:
    """All that the rules look at."""

    root: Path
    lines: list
    site: Site

    def lines_of(self, kind, section=None):
        """The lines of a kind, in the page or in one section of it; of a table, not its head."""
        rules = {line.number for line in self.lines if line.kind == "rule"}
        return [
            line
            for line in self.lines
            if line.kind == kind
            and (section is None or line.section == section)
            and line.number + 1 not in rules
        ]


def read_text(path):
    """Return the text of a file. Raises CannotRun where it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}; name a folder that holds the project")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CannotRun(f"{path}:{line}: a byte that is not UTF-8; save the file as UTF-8")


def continues(text, kind, before):
    """Whether a line goes on with what stands before it: indented, or before an open sentence."""
    if before is None or kind != "text":
        return False
    open_sentence = not re.search(rf"([.!?][”\")]?|{MARKER})\s*$", before.text)
    return before.kind in ("text", "item", "definition") and (text[0].isspace() or open_sentence)


def read_lines(page):
    """Return the lines of the page that are not empty, each with its continuation."""
    lines, section, before = [], "", None
    for number, text in enumerate(page.splitlines(), 1):
        fitting = (kind for kind, form in KINDS_OF_LINE.items() if re.match(form, text))
        kind = next(fitting, "text")
        if not text.strip():
            before = None
        elif continues(text, kind, before):
            before.text += " " + text.strip()
        else:
            section = text[3:].strip() if text.startswith("## ") else section
            lines.append(before := Line(number, text, kind, section))
    return lines


def build_site(root):
    """Build the site in a temporary folder and return it. Raises CannotRun where MkDocs stops."""
    warnings, listener = [], logging.Handler(logging.WARNING)
    listener.emit = lambda record: warnings.append(record.getMessage())
    logging.getLogger("mkdocs").addHandler(listener)
    try:
        with tempfile.TemporaryDirectory() as folder:
            # Not strict here, so that all warnings can be listed with the other problems.
            settings = load_config(str(root / SETTINGS), site_dir=folder, strict=False)
            build(settings)
            source = read_text(Path(folder, "index.html"))
            pages = [
                html.fromstring(read_text(Path(folder, f"{name}.html")))
                for name in ("index", "404")
            ]
            files = [path for path in Path(folder).rglob("*") if path.is_file()]
            names = {path.relative_to(folder).as_posix() for path in files}
            return Site(names, *pages, source, warnings, settings)
    except (Exception, SystemExit) as error:
        reason = " ".join([*warnings, str(error)])
        raise CannotRun(f"{root / SETTINGS}: MkDocs stopped; mend this first: {reason}")
    finally:
        logging.getLogger("mkdocs").removeHandler(listener)


def refuse_broken_addresses(lines):
    """Raise CannotRun for an address that would stop MkDocs without a word of where it stands."""
    for line in lines:
        for address in re.findall(r"\]\((\S+)\)", line.text):
            try:
                urlsplit(address)
            except ValueError as error:
                place = f"{PAGE}:{line.number}"
                raise CannotRun(f"{place}: {address} is no address: {error}; correct it")


def read_project(root):
    """Return the project in the folder `root`. Raises CannotRun."""
    lines = read_lines(read_text(root / PAGE))
    refuse_broken_addresses(lines)
    return Project(root, lines, build_site(root))
