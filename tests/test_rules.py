"""Good edits, of which specimen.md is full, break no rule; those of bad.md break theirs."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project import PAGE, SETTINGS, read_project, read_text
from rules import RULES, WORD_LIMIT, find_problems

ROOT = Path(__file__).parent.parent
PLACE = "## Responses and investigations\n"
# Bad edits: the rule, the file, what stands there, what comes in its place. The sign § marks
# the line of the problem; without it, that is the first.
BAD = [
    ("headings", PAGE, "## What is not", "### What is not"),
    ("headings", PAGE, "## Sources", "## At a glance\n\n## Sources"),
    ("too_long", PAGE, "It may have", "It" + " may" * WORD_LIMIT),
    ("one_markdown_page", "docs/more.md", "", "# More"),
    ("loaded_word", SETTINGS, "site_description: >-", "site_description: >-\n§  A heroic page."),
]
for part in read_text(ROOT / "tests/bad.md").split("\n## ")[1:]:
    rule, blocks = part.split("\n", 1)
    BAD += [(rule, PAGE, PLACE, f"{PLACE}\n{block}\n") for block in blocks.split("***\n")]


def copy_project(folder):
    """Copy what the project's repository holds into the folder."""
    ignored = shutil.ignore_patterns(".*", "site", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)


@pytest.fixture
def specimen(tmp_path):
    """A project with a page of its own, so that no edit of the real one breaks a test."""
    copy_project(tmp_path)
    shutil.copy(ROOT / "tests/specimen.md", tmp_path / PAGE)
    return tmp_path


def check(folder):
    """Run the linter as an editor does."""
    command = [sys.executable, ROOT / "tests/check.py", folder]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize("rule, name, old, new", BAD)
def test_a_bad_edit_breaks_its_rule_at_its_line(rule, name, old, new, specimen):
    path = specimen / name
    text = read_text(path) if path.exists() else ""
    assert old in text
    before, sign, after = text.replace(old, new, 1).partition("§")
    path.write_text(before + after, encoding="utf-8")
    problems = find_problems(read_project(specimen))
    line = before.count("\n") + 1 if sign else 1
    assert {place for place, _, _ in problems} == {f"{name}:{line}"}, problems
    assert rule in {name for _, name, _ in problems}, problems


def test_every_rule_has_bad_edits():
    assert {rule.__name__ for rule in RULES} == {rule for rule, *_ in BAD}


def test_good_edits_break_no_rule(specimen):
    (specimen / "docs/CNAME").touch()
    result = check(specimen)
    assert result.returncode == 0 and result.stdout.startswith("Problems: 0."), result


def test_the_linter_prints_problems_and_their_count(specimen):
    (specimen / PAGE).write_text("It rained.\n" + read_text(specimen / PAGE))
    result = check(specimen)
    form = rf"{PAGE}:1: attribution: no source behind .*\nProblems: 1. Words: \d+.\n"
    assert result.returncode == 1 and re.fullmatch(form, result.stdout), result


@pytest.mark.parametrize(
    "name, data, complaint",
    [
        (PAGE, b"# Barda\n\n\xff\n", "index.md:3: a byte that is not UTF-8"),
        (PAGE, None, "No such file"),
        (PAGE, b"[^a]: A\n    [^b]: B\n", "index.md:1: unindent the definition below"),
        (SETTINGS, b"site_name: [\n", "MkDocs stopped"),
        ("docs/theme/main.html", b"<p>\n{% if %}", "main.html:2: MkDocs stopped"),
    ],
)
def test_what_cannot_be_checked_is_said(name, data, complaint, specimen):
    path = specimen / name
    path.write_bytes(data) if data is not None else path.unlink()
    result = check(specimen)
    assert result.returncode == 2 and complaint in result.stderr, result
