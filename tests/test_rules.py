"""Bad edits to specimen.md break a rule, at their line; good edits, of which it is full, none."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project import PAGE, SETTINGS, read_project
from rules import RULES, find_problems

ROOT = Path(__file__).parent.parent

# Good sentences, lists, rows and sources stand in specimen.md; here, what they cannot show.
# An edit is a list of changes: (file, what stands there, what comes in its place).
# The sign § marks the line where a problem is to be found, and is taken out again.


def change(old, new, name=PAGE):
    return [(name, old, new)]


def mark(text):
    return change(text, f"§{text}")


def below(heading, text):
    """New text right below a heading."""
    return change(f"## {heading}\n\n", f"## {heading}\n\n{text}\n")


def text(text):
    return below("Background", text)


def sentence(text):
    return below("Background", f"§{text}[^press-old]")


def item(text):
    return below("What is not established", text)


def row(text, before="| Example Watch"):
    """A new row above the one that begins so."""
    return change(before, f"{text}\n{before}")


def source(definition):
    """A new source, and a sentence that rests on it."""
    key = definition.partition("]")[0].strip(" §")
    return text(f"It rained.{key}]") + below("Sources", definition)


def report(link="[Report](https://example.org/report)", end="2020. News report."):
    return source(f"§[^press-rain]: Example News, {link}, {end}")


REPORT = "Example News, [Report](https://example.org), 2020. News report."
WORDS = "It rained all day. " * 500
BAD = {
    "unsourced": [
        text("§It rained."),
        text("§It rained[^press-old]."),
        item("§- Whether it rained"),
        row("§| Example News, 2020 | It said nothing. |"),
        below("Sources", "§A note.\n"),
    ],
    "two_sentences": [
        sentence("It rained.[^press-old] It stopped."),
        sentence("It rained. It stopped."),
    ],
    "undefined_source": [text("§It rained.[^press-nobody]"), text("§It rained.[^Press-old]")],
    "unused_source": [
        below("Sources", f"§[^press-rain]: {REPORT}"),
        below("Sources", f"§ [^press-rain]: {REPORT}"),
    ],
    "duplicate_source": [
        change("[^press-old]: ", f"[^press-old]: {REPORT}\n§[^press-old]: "),
        below("Sources", f"[^press-book]: {REPORT}") + mark("[^press-book]: Example News, [The"),
    ],
    "incomplete_source": [
        report(end="2020."),
        report(end="2020. Encyclopedia."),
        source(f"§[^blog-new]: {REPORT}"),
        source("§[^press-rain]: [Report](https://example.org), 2020. News report."),
    ],
    "bad_address": [
        report("[Report](ftp://example.org/report)"),
        report("[Report](https://example.org/report?utm_source=x)"),
    ],
    "link_away": [
        sentence("It [rained](#weather)."),
        sentence("It [rained](https://example.org/rain)."),
        row("§| Example News, 2020 | See <https://example.org/>.[^press-old] |"),
    ],
    "parts": [
        change("## Background\n", "§Weather\n-------\n"),
        mark("# A page") + change("## Background\n", "### Background\n"),
        change("### 27 October", "§# Rain\n\n### 27 October"),
    ],
    "missing": [
        mark("## The attacks") + change("### 28 October: a city\n", ""),
        mark("## At a") + change("| 28 October, about", "| 29 October, about"),
        mark("## Casualty") + change("| 7 November, pros", "| 9 November, pros"),
        mark("## Who is") + change("\n| Armenia, 2020", "\n| Yerevan, 2020"),
    ],
    "ranges": [
        change("| 20–21 |", "| §21 |"),
        change("| 5 | 13–14 |", "| 13–14 | §5 |"),
        change("| 1 | None reported |", "| 1 | §2 |"),
        row("§| On 28 October, Example News | 30 | 99 | [^press-old] |", "| All dates"),
        change("\n| 7 November |", "\n| §7 November |")
        + row("| 7 November, Example News | 2 | – | [^press-old] |", "| All dates"),
    ],
    "columns": [
        change("| Killed | Wounded | Weapon", "| Wounded | §Killed | Weapon"),
        change("| Killed | Wounded | What", "| Wounded | §Killed | What"),
        row("§| Example News | It rained. | All day.[^press-old] |"),
    ],
    "too_long": [
        mark("# A page") + item(f"- “{WORDS}”[^press-old]"),
        mark("# A page") + row(f"| News | {WORDS}[^press-old] |"),
    ],
    "loaded_word": [
        sentence("Terrorists fired, it was reported."),
        change("### 28 October: a city", "§### 28 October: Barbaric"),
        report(end="2020. News report. Paper of the occupiers."),
        change("site_description: >-", "§site_description: >-\n  Heroic.", SETTINGS),
    ],
    "open_quotation": [
        sentence("He said that “it rained."),
        sentence('He said that "it rained.'),
    ],
    "unknown_character": [
        sentence("It\u200b rained."),
        sentence("It ra&shy;ined."),
        sentence("It r\u0430ined."),
    ],
    "left_over": [
        sentence("1) It rained."),
        sentence("It ~~rained~~."),
        sentence("It [rained][weather]."),
        sentence("It **rained."),
        item("§- [ ] It rained.[^press-old]"),
        text("It rained.[^press-old]\n§- It stopped.[^press-old]"),
    ],
    "markup": [
        sentence("It <b>rained</b>."),
        sentence("![Rain](https://example.org/rain.jpg)"),
        text("    §It rained.[^press-old]\n"),
        item("    §- It rained.[^press-old]\n"),
    ],
    "one_page": [change("", "§", "docs/theme/barda.jpg"), change("", "§# More", "docs/more.md")],
}

GOOD = [
    *change("", "barda.example.org\n", "docs/CNAME"),
    *change("", "User-agent: *\n", "docs/robots.txt"),
]


def copy_project(folder):
    """Copy what the project's repository holds into the folder; return the folder."""
    ignored = shutil.ignore_patterns(".*", "site", "__pycache__")
    return shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)


@pytest.fixture
def specimen(tmp_path):
    """A project with a page of its own, so that no edit of the real one breaks a test."""
    copy_project(tmp_path)
    shutil.copy(ROOT / "tests/specimen.md", tmp_path / PAGE)
    return tmp_path


def edit(folder, changes):
    """Make the changes in a copy of the project; return FILE:LINE of the sign §, or None."""
    place = None
    for name, old, new in changes:
        path = folder / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in before, f"{name} does not hold {old!r}: the edit needs another place"
        after = before.replace(old, new, 1)
        if "§" in after:
            place = f"{name}:{after[: after.index('§')].count(chr(10)) + 1}"
        path.write_text(after.replace("§", ""), encoding="utf-8")
    return place


@pytest.mark.parametrize("rule, changes", [(rule, e) for rule, edits in BAD.items() for e in edits])
def test_a_bad_edit_breaks_its_rule_at_its_line(rule, changes, specimen):
    place = edit(specimen, changes)
    problems = find_problems(read_project(specimen))
    assert {where for where, _, _ in problems} == {place}, problems
    assert rule in {name for _, name, _ in problems}, problems


def test_good_edits_break_no_rule(specimen):
    edit(specimen, GOOD)
    assert find_problems(read_project(specimen)) == []


def test_every_rule_has_bad_edits():
    assert [rule.__name__ for rule in RULES] == list(BAD)


def check(folder):
    """Run the linter as an editor does."""
    command = [sys.executable, ROOT / "tests/check.py", folder]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_linter_prints_problems_and_their_count(specimen):
    assert check(specimen).returncode == 0
    place = edit(specimen, text("§It rained."))
    result = check(specimen)
    first, last = result.stdout.splitlines()
    assert result.returncode == 1 and first.startswith(f"{place}: unsourced: no source behind")
    assert re.match(r"1 problem; [\d,]+ words of text, \d+ in tables; [\d,]+ bytes gzipped$", last)


@pytest.mark.parametrize(
    "name, data, complaint",
    [
        (PAGE, b"# Barda\n\n\xff\n", "index.md:3: a byte that is not UTF-8"),
        (PAGE, b"# Barda\n\n[Rain](https://exa[mple.org/)\n", "index.md:3: https://exa[mple"),
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
    assert "Traceback" not in result.stderr
