"""Bad edits to a copy of the project break one rule, at their line; good edits break none."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from project import PAGE, SETTINGS, read_project
from rules import RULES, find_problems

ROOT = Path(__file__).parent.parent
MAIN, STYLE, NOT_FOUND = (f"docs/theme/{name}" for name in ("main.html", "style.css", "404.html"))
IGNORED = shutil.ignore_patterns(".*", "site", "__pycache__")

# An edit: (file, what stands there, what comes in its place). The sign § marks the line where a
# problem is to be found, and is taken out again.


def text(line):
    """New text at the top of the background section."""
    return (PAGE, "## Background\n\n", f"## Background\n\n{line}\n")


def item(line):
    """A new item at the top of the list of what is not established."""
    return (PAGE, "## What is not established\n\n", f"## What is not established\n\n{line}\n")


def source(definition):
    """A new source above the others, and a sentence that rests on it."""
    key = definition.partition("]")[0].lstrip(" §")
    return [text(f"It rained.{key}]"), (PAGE, "## Sources\n\n", f"## Sources\n\n{definition}\n")]


def row(line, before="| UN human-rights office"):
    """A new row above one that begins so."""
    return (PAGE, before, f"{line}\n{before}")


def template(line):
    return (MAIN, "</body>", f"{line}\n</body>")


END = "1 November 2020. News report."
REPORT = f"Example News, [Report](https://example.org/report), {END}"

BAD = {
    "unsourced": [
        text("§It rained."),
        text("§It rained[^press-sz]."),
        item("§- Whether it rained"),
        row("§| Example News, 2020 | It said nothing. |"),
        text("§It rained,\nand it rained."),
    ],
    "two_sentences": [
        text("§It rained.[^press-sz] It stopped.[^press-sz]"),
        text("§It rained. It stopped.[^press-sz]"),
        item("§- It rained.[^press-sz] “It stopped”, someone said.[^press-sz]"),
    ],
    "undefined_source": [
        text("§It rained.[^press-nobody]"),
        text("§It rained.[^Press-sz]"),
    ],
    "unused_source": [
        (PAGE, "## Sources\n\n", f"## Sources\n\n§[^press-new]: {REPORT}\n"),
        (PAGE, "## Sources\n\n", f"## Sources\n\n§ [^press-new]: {REPORT}\n"),
    ],
    "duplicate_source": [
        (PAGE, "[^press-sz]:", f"[^press-sz]: {REPORT}\n§[^press-sz]:"),
        (PAGE, "[^ref-wikipedia]:", f"§[^press-sz]: {REPORT}\n[^ref-wikipedia]:"),
    ],
    "incomplete_source": [
        source(f"§[^press-new]: [Report](https://example.org/report), {END}"),
        source(f"§[^press-new]: Example News, Report, {END}"),
        source("§[^press-new]: Example News, [Report](https://example.org/report). News report."),
        source("§[^press-new]: Example News, [Report](https://example.org/), 1 November 2020."),
        source("§[^press-new]: Example News, [Report](https://example.org/), 2020. Encyclopedia."),
        source(f"§[^blog-new]: {REPORT}"),
        source(f"§[^press]: {REPORT}".replace("press]", "paper]")),
    ],
    "bad_address": [
        source(f"§[^press-new]: Example News, [Report](ftp://example.org/report), {END}"),
        source(f"§[^press-new]: Example News, [Report](https://me@example.org/), {END}"),
        source(f"§[^press-new]: Example News, [Report](https://example.org/?utm_source=x), {END}"),
        source(f"§[^press-new]: {REPORT} Read in a [copy](https:/example.org)."),
    ],
    "stray_text": [
        (PAGE, "## Sources\n\n", "## Sources\n\n§A note.\n\n"),
        (PAGE, "## Sources\n\n", f"## Sources\n\n§[press-new]: {REPORT}\n\n"),
    ],
    "link_away": [
        text("§It [rained](https://example.org/rain).[^press-sz]"),
        row("§| Example News, 2020 | See <https://example.org/>.[^press-sz] |"),
    ],
    "parts": [
        (PAGE, "## Background\n", "§## Weather\n"),
        [(PAGE, "# The", "§# The"), (PAGE, "## Background\n", "### Background\n")],
        (PAGE, "### Both sides of the front line\n", "§# Both sides of the front line\n"),
    ],
    "attacks": [
        [(PAGE, "## The attacks", "§## The attacks"), (PAGE, "### 28 October: Barda\n\n", "")],
        [(PAGE, "## At a glance", "§## At a glance"), (PAGE, r"\| 28 October, about.*\n", "")],
        [(PAGE, "## Casualty", "§## Casualty"), (PAGE, r"\| 7 November, Foreign.*\n", "")],
        [(PAGE, "## At a glance", "§## At a glance"), row("", "| 7 November, village")][:1]
        + [(PAGE, r"\| 7 November, village", "| 8 November, village")],
    ],
    "columns": [
        (PAGE, r"\| Killed \| Wounded \| Weapon", "§| Wounded | Killed | Weapon"),
        (PAGE, r"\| Killed \| Wounded \| What", "§| Wounded | Killed | What"),
        row("§| Example News | It rained. | All day.[^press-sz] |"),
        row("§| Example News, 2 November.[^press-sz] |"),
    ],
    "ranges": [
        (PAGE, r"\| 28 October, about(.*?)\| 20–21 \|", r"§| 28 October, about\1| 21 |"),
        (PAGE, r"\| 27 October, about(.*?)\| 13–14 \|", r"§| 27 October, about\1| 13–15 |"),
        [
            (PAGE, r"\| 7 November, village", "§| 7 November, village"),
            row("| 7 November, Example News | 2 | – | Its own.[^press-sz] |", "| 5 and 8 October"),
        ],
        (PAGE, r"\| 27 October, about(.*?)\| 5 \| 13–14", r"§| 27 October, about\1| 13–14 | 5"),
    ],
    "parties": [
        [(PAGE, "## Who is", "§## Who is"), (PAGE, r"\n\| Armenia, .*", "")],
        [(PAGE, "## Who is", "§## Who is"), (PAGE, "| Nagorno-Karabakh authorities |", "| They |")],
    ],
    "too_long": [
        [(PAGE, "# The", "§# The"), text(" and rained" * 950 + ".[^press-sz]")],
        [(PAGE, "# The", "§# The"), row(f"| News | {'It rained. ' * 150}[^press-sz] |")],
    ],
    "last_read": [
        (SETTINGS, "sources_read: .*", "§sources_read: 1 January 2027"),
        [(SETTINGS, "site_name", "§site_name"), (SETTINGS, "  sources_read: .*", "  none: 0")],
    ],
    "loaded_word": [
        text("§Terrorists fired, it was reported.[^press-sz]"),
        text("§The massacre of that day was reported.[^press-sz]"),
        (PAGE, "### 28 October: Barda", "§### 28 October: Barbaric"),
        source(f"§[^press-new]: {REPORT} Paper of the occupiers."),
        (SETTINGS, "site_description: >-\n  A", "§site_description: >-\n  A heroic,"),
    ],
    "open_quotation": [
        text("§He said that “it rained.[^press-sz]"),
        text("§He said that ”it rained“.[^press-sz]"),
        text('§He said that "it rained.[^press-sz]'),
    ],
    "unknown_character": [
        text("§It\u200b rained.[^press-sz]"),
        text("§It ra&shy;ined.[^press-sz]"),
        text("§It r\u0430ined.[^press-sz]"),
        text("§It \u202erained.[^press-sz]"),
    ],
    "left_over": [
        text("§1) It rained.[^press-sz]"),
        text("§It ~~rained~~.[^press-sz]"),
        text("§It [rained][weather].[^press-sz]"),
        item("§- [ ] It rained.[^press-sz]"),
        text("It rained.[^press-sz]\n§- It stopped.[^press-sz]"),
        text("§| It | rained.[^press-sz] |"),
        text("§It **rained.[^press-sz]"),
    ],
    "markup": [
        text("§It <b>rained</b>.[^press-sz]"),
        text("§It `rained`.[^press-sz]"),
        text("    §It rained.[^press-sz]\n"),
    ],
    "one_request": [
        (NOT_FOUND, "<h1>", '§<script src="https://example.org/x.js"></script><h1>'),
        (MAIN, "</head>", '§<link rel="stylesheet" href="https://example.org/style.css"></head>'),
        (MAIN, "<body>", '§<body onload="rain()">'),
        (STYLE, "/. The ground", "§@import 'more.css';\n/* The ground"),
        template('§<img alt="" src="barda.jpg">'),
    ],
    "one_page": [
        ("docs/barda.jpg", "", "§"),
        ("docs/more.html", "", "§<p>More"),
    ],
    "mkdocs_warning": [
        text("§It [rained](#weather).[^press-sz]"),
        (SETTINGS, "strict: true", "§shade: none\nstrict: true"),
        (SETTINGS, "    - 404.html", "    - 404.html\n§    - 500.html"),
    ],
}

GOOD = [
    # Numbers, names and words of every day
    text("In one of twelve houses a boy aged 7, a woman of 18 and a man of 52 slept.[^press-sz]"),
    text("About 30% of the wounded were admitted to hospital 17 km away.[^press-sz]"),
    text("The ceasefire regime, and claims for compensation, were discussed.[^press-sz]"),
    text("Savage, a doctor, treated people exposed to smoke.[^press-sz]"),
    text("“It was terrorism”, the minister said, and “a genocide”.[^press-sz]"),
    text('The minister of Exampleland called it "barbaric".[^press-sz]'),
    text("Dr. A. B. Əliyev of the U.S. office said so at 8 a.m. on Monday.[^press-sz]"),
    text("Example Inc. and St. Mary’s, cf. No. 5, cost about 1.5 km² of land.[^press-sz]"),
    text("Asked “Why? Nobody knows. It rained.” by a reporter, he left.[^press-sz]"),
    text("Was it rain?[^press-sz]"),
    text("It rained[^press-sz]"),
    text("It rained,[^press-sz] or it snowed.[^press-efe]"),
    text("Whatever fell, from the north,\nwas rain.[^press-sz]"),
    text("It *rained* and **poured**.[^press-sz]"),
    text("See [the figures](#casualty-figures).[^press-sz]"),
    text("At 13:30 it rained – a little – near Göygöl, Mübariz said.[^press-sz]"),
    text("It rained.[^press-sz]\n\n> It rained.[^press-sz]\n"),
    # Lists and tables
    item("- It rained,\n  then stopped.[^press-sz]"),
    item("- Whether it rained.[^press-sz]\n    - Or snowed.[^press-sz]"),
    item("* Whether it rained[^press-sz]"),
    text("1. It rained.[^press-sz]\n2. It snowed.[^press-sz]\n"),
    row("| Example News, 2020 | Rain \\| snow.[^press-sz] |"),
    row("| Example News, 2020 | It rained. It stopped. Nobody knows.[^press-sz] |"),
    row("| Example News, 2020 | It rained.[^press-sz] It snowed.[^press-efe]"),
    row("| 28 October, first counts elsewhere | 2 | 9 | [^press-sz] |", "| 5 and 8 October"),
    row("| 28 October, Example News | 21 | 75 | Its own count.[^press-sz] |", "| 5 and 8 October"),
    # Sources
    source(f"[^press-new]: {REPORT}"),
    source(f"[^press-new]: {REPORT} Opening read; the rest in a [copy](http://example.net/a_(b))."),
    source(f"   [^press-new]: {REPORT}"),
    source(f"[^press-new]: {REPORT}\n    Read in part."),
    source("[^press-new]: Example Inc., [Report](https://example.org/?id=2), 2020. News report."),
    source(f"[^press-new]: Example (Baku), [Report [part 2]](https://example.org/r), {END}"),
    source("[^state-new]: Turkey, [Note](https://example.org), 27–28 October 2020. Another state."),
    source("[^inv-new]: Watch, [Note](https://example.org), no date. Independent investigation."),
    source("[^ref-new]: Book, [Barda](https://example.org), as read in 2026. Encyclopedia."),
    source(f"[^press-new]: Example News, [The Massacre of Barda](https://example.org/), {END}"),
    # Hosting
    ("docs/CNAME", "", "barda.example.org\n"),
    ("docs/robots.txt", "", "User-agent: *\n"),
    ("docs/.nojekyll", "", "\n"),
    (SETTINGS, "site_name:", "site_author: The editors\nsite_name:"),
    (STYLE, "--measure: 38rem", "--measure: 40rem"),
]  # fmt: skip


def copy_project(folder):
    """Copy what the project's repository holds into the folder; return the folder."""
    return shutil.copytree(ROOT, folder, ignore=IGNORED, dirs_exist_ok=True)


def edit(folder, changes):
    """Make the changes in a copy of the project; return FILE:LINE of the sign § or None."""
    place = None
    for name, old, new in [changes] if isinstance(changes, tuple) else changes:
        path = folder / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        pattern = old if old.startswith(("\\", "/", "\n")) or "*" in old else re.escape(old)
        replacement = new if "\\1" in new else new.replace("\\", "\\\\")
        after, count = re.subn(pattern, replacement, before, count=1)
        assert count == 1, f"{name} does not hold {old}: the edit needs another place"
        if "§" in after:
            place = f"{name}:{after[: after.index('§')].count(chr(10)) + 1}"
        path.write_text(after.replace("§", ""), encoding="utf-8")
    return place


def problems_after(folder, changes):
    place = edit(copy_project(folder), changes)
    return place, find_problems(read_project(folder))


@pytest.mark.parametrize("rule, changes", [(rule, e) for rule, edits in BAD.items() for e in edits])
def test_a_bad_edit_breaks_its_rule_at_its_line(rule, changes, tmp_path):
    place, problems = problems_after(tmp_path, changes)
    assert {where for where, _, _ in problems} == {place}, problems
    assert rule in {name for _, name, _ in problems}, problems


@pytest.mark.parametrize("changes", GOOD)
def test_a_good_edit_breaks_no_rule(changes, tmp_path):
    assert problems_after(tmp_path, changes)[1] == []


def test_the_page_keeps_every_rule_and_every_rule_has_a_bad_edit():
    assert find_problems(read_project(ROOT)) == []
    assert {rule.__name__ for rule in RULES} == set(BAD)


def check(folder):
    """Run the linter as an editor does."""
    command = [sys.executable, ROOT / "tests/check.py", folder]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_linter_prints_problems_and_their_count(tmp_path):
    place = edit(copy_project(tmp_path), text("§It rained."))
    result = check(tmp_path)
    first, last = result.stdout.splitlines()
    assert result.returncode == 1 and first.startswith(f"{place}: unsourced: no source behind")
    assert re.match(r"1 problem; [\d,]+ words of text, \d+ in tables; [\d,]+ bytes gzipped$", last)
    assert check(ROOT).returncode == 0


@pytest.mark.parametrize(
    "name, data, complaint",
    [
        (PAGE, b"# Barda\n\n\xff\n", "index.md:3: a byte that is not UTF-8"),
        (SETTINGS, b"site_name: [\n", "mkdocs.yml: MkDocs stopped"),
        (MAIN, b"{% if %}", "mkdocs.yml: MkDocs stopped"),
        (
            PAGE,
            "# Barda\n\n[Rain](https://exa[mple.org/)\n".encode(),
            "index.md:3: https://exa[mple",
        ),
        (PAGE, None, "No such file"),
    ],
)
def test_what_cannot_be_checked_is_said(name, data, complaint, tmp_path):
    path = copy_project(tmp_path) / name
    path.write_bytes(data) if data is not None else path.unlink()
    result = check(tmp_path)
    assert result.returncode == 2 and complaint in result.stderr, result
    assert "Traceback" not in result.stderr
