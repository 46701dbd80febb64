"""Reads the project for the rules: docs/index.md by its lines. Needs Python alone."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = "docs/index.md"
SETTINGS = "mkdocs.yml"
MARKER = r"\[\^([^\]]+)\]"  # [^press-example]; the group is its key
# What lines of each kind begin with; the first that fits. Where a line stands decides the rest:
# below a "delimiter" each is a "row", above it is the "head"; "code" is what Markdown takes for it.
KINDS_OF_LINE = {
    "empty": r"\s*$",
    "definition": rf"\s*{MARKER}",  # [^press-example]: Example News, …
    "heading": r"#",
    "delimiter": r"(?=.*\|)[| ]*(:?-+:?[| ]*)+$",  # |---|---|
    "underline": r"([-=*] ?)+$",  # -------, which makes a heading of the line above
    "item": r"\s*([-*+]|\d+\.) ",
    "row": r" {0,3}\|",
    "text": "",
}


class CannotRun(Exception):
    """Says why a file cannot be read, and what to do."""


@dataclass
class Line:
    """A line of the page, with the indented ones that continue it, and the part it is in."""

    number: int
    text: str
    kind: str
    part: str


@dataclass
class Project:
    """The folder of the project, and the lines of its page."""

    root: Path
    lines: list


def read_text(path):
    """Return the text of a file. Raises CannotRun where it is missing or not UTF-8."""
    name = path.as_posix()
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CannotRun(f"{name}: {error.strerror}; name a folder that holds the project")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CannotRun(f"{name}:{line}: a byte that is not UTF-8; save the file as UTF-8")


def kind_of(text):
    """Return the first kind whose form the text has."""
    return next(kind for kind, form in KINDS_OF_LINE.items() if re.match(form, text))


def read_lines(page):
    """Return the lines of the page's text; what is indented joins the line that it continues."""
    lines, part, in_list = [Line(0, "", "empty", "")], "", False
    for number, text in enumerate(page.split("\n"), 1):
        kind, above, indented = kind_of(text), lines[-1], text[:1].isspace()
        if kind == "delimiter" and "|" in above.text:
            above.kind = "head"
        elif kind != "empty" and above.kind in ("delimiter", "row"):
            kind = "row"
        elif kind == "text" and indented and above.kind in ("text", "item", "definition", "code"):
            above.text += "\n" + text.strip()
            continue
        elif text.startswith("    ") and kind != "empty" and above.kind == "empty" and not in_list:
            kind = "code"
        elif kind == "heading" and (title := re.match(r"##(?!#)\s*(.*?)( +#*)?$", text)):
            part = title[1]
        if kind != "empty" and not indented:
            in_list = kind == "item"
        lines.append(Line(number, text, kind, part))
    return lines


def read_project(root):
    """Read the project in the folder `root`. Raises CannotRun."""
    return Project(root, read_lines(read_text(root / PAGE)))
