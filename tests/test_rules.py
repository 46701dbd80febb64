"""Good edits, of which specimen.md is full, break no rule; those of bad.md break theirs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from markdown import markdown

from project import MARKER, PAGE, SETTINGS, read_lines, read_project, read_text
from rules import CONTENT, STRUCTURE, WORD_LIMIT, find_problems

ROOT = Path(__file__).parent.parent
SPECIMEN = "tests/specimen.md"
COURTS = "## Responses, investigations and courts\n"
SOURCES = "## Sources\n"
SOURCE = "[^press-rain]: Example News, [Report](https://example.org), 2020. News report.\n"
# Bad edits: the rule, the file, what stands there, what comes in its place. The sign § marks
# the line of the problem; without it, that is the first.
BAD = [
    ("parts", PAGE, "## What is not", "## §What was not"),
    ("parts", PAGE, SOURCES, ""),
    ("parts", PAGE, SOURCES, "## Sources\n\n## §Sources\n"),
    ("headings", PAGE, "## Sources", "##§Sources"),
    ("incomplete_source", PAGE, COURTS, f"{COURTS}\nIt rained.[^press-rain]\n\n§{SOURCE}"),
    ("too_long", PAGE, "## The war\n", f"## The war\n\nIt{' rained' * WORD_LIMIT}.[^press-old]"),
    ("one_markdown_page", "docs/more.md", "", "# More"),
    ("loaded_word", SETTINGS, "site_description: >-", "site_description: >-\n§  A heroic page."),
]
for part in read_text(ROOT / "tests/bad.md").split("\n## ")[1:]:
    rule, blocks = part.split("\n", 1)
    for block in blocks.split("***\n"):
        place = SOURCES if "\n[^" in block.replace("§", "") else COURTS
        BAD.append((rule, PAGE, place, f"{place}{block}\n"))


def copy_project(folder):
    """Copy what the project's repository holds into the folder."""
    ignored = shutil.ignore_patterns(".*", "site", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)


@pytest.fixture
def specimen(tmp_path):
    """A project with a page of its own, so that no edit of the real one breaks a test."""
    copy_project(tmp_path)
    shutil.copy(ROOT / SPECIMEN, tmp_path / PAGE)
    return tmp_path


def check(folder):
    """Run the linter as an editor does."""
    command = [sys.executable, ROOT / "tests/check.py", folder]
    return subprocess.run(command, capture_output=True, encoding="utf-8")


@pytest.mark.parametrize("rule, name, old, new", BAD)
def test_a_bad_edit_breaks_its_rule_at_its_line(rule, name, old, new, specimen):
    path = specimen / name
    text = read_text(path) if path.exists() else ""
    assert old in text
    before, sign, after = text.replace(old, new, 1).partition("§")
    path.write_text(before + after, encoding="utf-8")
    line = before.count("\n") + 1 if sign else 1
    problems = [found[:2] for found in find_problems(read_project(specimen))]
    assert problems == [(f"{name}:{line}", rule)]


def test_every_rule_has_bad_edits():
    assert {rule.__name__ for rule in STRUCTURE + CONTENT} == {rule for rule, *_ in BAD}


def test_good_edits_break_no_rule(specimen):
    (specimen / "docs/CNAME").touch()
    page = read_text(specimen / PAGE)  # as a Windows editor may save it
    (specimen / PAGE).write_text(page, encoding="utf-8-sig", newline="\r\n")
    result = check(specimen)
    assert result.returncode == 0 and result.stdout.startswith("Problems: 0."), result


@pytest.mark.parametrize("name", [PAGE, SPECIMEN])
def test_the_linter_sees_what_markdown_makes_of_the_page(name):
    text = read_text(ROOT / name)
    built = markdown(text, extensions=["tables", "footnotes"])
    lines = read_lines(text)
    for sign, *kinds in [
        ("<li", "item", "definition"),
        ("<tr", "head", "row"),
        (r"<h\d", "heading"),
    ]:
        assert len(re.findall(rf"{sign}\b", built)) == sum(line.kind in kinds for line in lines)
    cited = sum(len(re.findall(MARKER, line.text)) for line in lines if line.kind != "definition")
    assert built.count('class="footnote-ref"') == cited and "<pre" not in built


def test_the_linter_prints_the_structure_first_then_problems_by_lines(specimen):
    text = read_text(specimen / PAGE).replace(COURTS, f"{COURTS}\nIt snowed.\n\nIt **hailed.\n")
    (specimen / PAGE).write_text(f"Ə rained.\n{text}", encoding="utf-8")
    result = check(specimen)
    form = rf"""{PAGE}:\d+: plain_markdown: “[*]+hailed” is printed .*
{PAGE}:1: attribution: no source behind “Ə rained.”; .*
{PAGE}:\d+: attribution: no source behind “It snowed.”; .*
Problems: 3. Words: \d+.
"""
    assert result.returncode == 1 and re.fullmatch(form, result.stdout), result


@pytest.mark.parametrize(
    "definition, piece",
    [
        ("[^blog-a]: Example News, [Report](https://example.org), 2020. News report.", "no kind"),
        ("[^press-a] Example News, [Report](https://example.org), 2020. News report.", "a colon"),
        ("[^press-a]: [Report](https://example.org), 2020. News report.", "the publisher"),
        ("[^press-a]: Example News, Report, 2020. News report.", "a title"),
        ("[^press-a]: Example News, [Report](https://example.org). News report.", "the date"),
        ("[^press-a]: Example News, [Report](https://example.org), 2020.", "its kind"),
    ],
)
def test_the_linter_names_what_a_source_lacks(definition, piece, specimen):
    key = definition[: definition.index("]") + 1]
    page = read_text(specimen / PAGE).replace(
        SOURCES, f"{SOURCES}\nIt rained.{key}\n\n{definition}\n"
    )
    (specimen / PAGE).write_text(page, encoding="utf-8")
    assert piece in check(specimen).stdout


def test_a_tab_is_called_a_tab(specimen):
    (specimen / PAGE).write_text("# It\train\n", encoding="utf-8")
    assert f"{PAGE}:1: unseen: a tab " in check(specimen).stdout


@pytest.mark.parametrize(
    "name, data, complaint",
    [
        (PAGE, b"# Barda\n\n\xff\n", "index.md:3: a byte that is not UTF-8"),
        (PAGE, None, "docs/index.md: No such file"),
    ],
)
def test_what_cannot_be_read_is_said(name, data, complaint, specimen):
    path = specimen / name
    path.write_bytes(data) if data is not None else path.unlink()
    result = check(specimen)
    assert result.returncode == 2 and complaint in result.stderr, result
