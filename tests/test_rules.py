"""Bad edits to a copy of the project break a rule, at their line; good edits break none."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project import PAGE, SETTINGS, read_project
from rules import RULES, find_problems

ROOT = Path(__file__).parent.parent
MAIN, STYLE, MISSING = (f"docs/theme/{name}" for name in ("main.html", "style.css", "404.html"))

# An edit is a list of changes: (file, what stands there, what comes in its place).
# The sign § marks the line where a problem is to be found, and is taken out again.


def below(heading, text):
    """New text right below a heading."""
    return [(PAGE, f"## {heading}\n\n", f"## {heading}\n\n{text}\n")]


def text(text):
    return below("Background", text)


def sentence(text):
    return below("Background", f"§{text}[^press-sz]")


def item(text):
    return below("What is not established", text)


def row(text, before="| UN human-rights office"):
    """A new row above the one that begins so."""
    return [(PAGE, before, f"{text}\n{before}")]


def source(definition):
    """A new source, and a sentence that rests on it."""
    key = definition.partition("]")[0].strip(" §")
    return text(f"It rained.{key}]") + below("Sources", definition)


def report(link="[Report](https://example.org/report)", end="2020. News report."):
    return source(f"§[^press-new]: Example News, {link}, {end}")


def change(old, new, name=PAGE):
    return [(name, old, new)]


REPORT = "Example News, [Report](https://example.org), 2020. News report."
WORDS = "It rained all day. " * 250
BAD = {
    "unsourced": [
        text("§It rained."),
        text("§It rained[^press-sz]."),
        text("§It rained,\nand it rained."),
        item("§- Whether it rained"),
        row("§| Example News, 2020 | It said nothing. |"),
        below("Sources", "§A note.\n"),
    ],
    "two_sentences": [
        sentence("It rained.[^press-sz] It stopped."),
        sentence("It rained. It stopped."),
        item("§- It rained.[^press-sz] “It stopped”, someone said.[^press-sz]"),
    ],
    "undefined_source": [text("§It rained.[^press-nobody]"), text("§It rained.[^Press-sz]")],
    "unused_source": [
        below("Sources", f"§[^press-new]: {REPORT}"),
        below("Sources", f"§ [^press-new]: {REPORT}"),
    ],
    "duplicate_source": [
        below("Sources", f"[^press-efe]: {REPORT}") + change("]: EFE", "§]: EFE"),
        below("Sources", f"[^press-sz]: {REPORT}") + change("]: Südd", "§]: Südd"),
    ],
    "incomplete_source": [
        report("Report"),
        report(end="undated. News report."),
        report(end="2020."),
        report(end="2020. Encyclopedia."),
        source(f"§[^blog-new]: {REPORT}"),
        source("§[^press-new]: [Report](https://example.org), 2020. News report."),
    ],
    "bad_address": [
        report("[Report](ftp://example.org/report)"),
        report("[Report](https://me@example.org/report)"),
        report("[Report](https://example.org/report?utm_source=x)"),
        report(end="2020. News report. Read in a [copy](https:/example.org)."),
    ],
    "link_away": [
        sentence("It [rained](https://example.org/rain)."),
        row("§| Example News, 2020 | See <https://example.org/>.[^press-sz] |"),
    ],
    "parts": [
        change("## Background\n", "§## Weather\n"),
        change("# The 2020", "§# The 2020") + change("## Background\n", "### Background\n"),
        change("### Both sides", "§# Both sides"),
    ],
    "attacks": [
        change("## The attacks", "§## The attacks") + change("### 28 October: Barda\n", ""),
        change("## At a", "§## At a") + change("| 28 October, about 13:00", "| 29 October"),
        change("## Casualty", "§## Casualty") + change("| 7 November, Foreign", "| Foreign"),
    ],
    "ranges": [
        change("city of Barda | 20–21 |", "city of Barda | §21 |"),
        change("Qarayusifli | 5 | 13–14 |", "Qarayusifli | 13–14 | §5 |"),
        change("Əyricə | 1 | None reported |", "Əyricə | 1 | §2 |"),
        change("| 7 November, village", "| §7 November, village")
        + row("| 7 November, Example News | 2 | – | Its own.[^press-sz] |", "| 5 and 8 October"),
    ],
    "columns": [
        change("| Killed | Wounded | Weapon", "| Wounded | §Killed | Weapon"),
        change("| Killed | Wounded | What", "| Wounded | §Killed | What"),
        row("§| Example News | It rained. | All day.[^press-sz] |"),
        row("§| Example News, 2 November.[^press-sz] |"),
    ],
    "parties": [
        change("## Who is", "§## Who is") + change("\n| Armenia, 27 and", "\n| Yerevan, 27 and"),
        change("## Who is", "§## Who is") + change("| Nagorno-Karabakh auth", "| Auth"),
    ],
    "too_long": [
        change("# The 2020", "§# The 2020") + item(f"- “{WORDS}”[^press-sz]"),
        change("# The 2020", "§# The 2020") + row(f"| News | {WORDS}[^press-sz] |"),
    ],
    "loaded_word": [
        sentence("Terrorists fired, it was reported."),
        sentence("The massacre of that day was reported."),
        change("### 28 October: Barda", "§### 28 October: Barbaric"),
        report(end="2020. News report. Paper of the occupiers."),
        change("site_description: >-\n  A", "§site_description: >-\n  A heroic,", SETTINGS),
    ],
    "open_quotation": [
        sentence("He said that “it rained."),
        sentence("He said that ”it rained“."),
        sentence('He said that "it rained.'),
    ],
    "unknown_character": [
        sentence("It\u200b rained."),
        sentence("It ra&shy;ined."),
        sentence("It r\u0430ined."),
        sentence("It \u202erained."),
    ],
    "left_over": [
        sentence("1) It rained."),
        sentence("It ~~rained~~."),
        sentence("It [rained][weather]."),
        sentence("It **rained."),
        item("§- [ ] It rained.[^press-sz]"),
        text("It rained.[^press-sz]\n§- It stopped.[^press-sz]"),
        text("§| It | rained.[^press-sz] |"),
    ],
    "markup": [
        sentence("It <b>rained</b>."),
        sentence("It `rained`."),
        text("    §It rained.[^press-sz]\n"),
    ],
    "one_request": [
        change("<h1>", '§<script src="https://example.org/x.js"></script><h1>', MISSING),
        change("</head>", '§<link rel="stylesheet" href="https://example.org/a.css"></head>', MAIN),
        change("<body>", '§<body onload="rain()">', MAIN),
        change("</body>", '§<img alt="" src="barda.jpg"></body>', MAIN),
        change("* { box", "§@import 'more.css';\n* { box", STYLE),
    ],
    "one_page": [change("", "§", "docs/barda.jpg"), change("", "§<p>More", "docs/more.html")],
    "mkdocs_warning": [
        sentence("It [rained](#weather)."),
        change("strict: true", "§shade: none\nstrict: true", SETTINGS),
    ],
}  # fmt: skip

GOOD_SENTENCES = """
In one of twelve houses a boy aged 7, a woman of 18 and a man of 52 slept.
About 30% of the wounded were admitted to hospital 17 km away.
The ceasefire regime, and claims for compensation, were discussed.
Savage, a doctor, treated people exposed to smoke.
“It was terrorism”, the minister said, and “a genocide”.
The minister of Exampleland called it "barbaric".
Dr. A. B. Əliyev of the U.S. office said so at 8 a.m. on Monday.
Example Inc. and St. Mary’s, cf. No. 5, cost about 1.5 km² of land.
Asked “Why? Nobody knows. It rained.” by a reporter, he left.
About 22 people were killed and 99 wounded, by another count.
On 3 October 2030 it had rained, he was told.
Was it rain?
It rained
It rained,[^press-efe] or it snowed.
Whatever fell, from the north,
It *rained* and **poured**.
See [the figures](#casualty-figures).
The text is under [a licence](https://creativecommons.org/licenses/by-sa/4.0/).
At 13:30 it rained – a little – near Göygöl, Mübariz said.
It rained (hard) in 5-10% of cases…
""".strip().splitlines()

GOOD = [
    *(sentence(line) for line in GOOD_SENTENCES),
    text("Whatever fell, from the north,\nwas rain.[^press-sz]"),
    text("It rained.[^press-sz]\n\n> It rained.[^press-sz]\n"),
    text("1. It rained.[^press-sz]\n2. It snowed.[^press-sz]\n"),
    item("- It rained,\n  then stopped.[^press-sz]"),
    item("- Whether it rained.[^press-sz]\n    - Or snowed.[^press-sz]"),
    item("* Whether it rained[^press-sz]"),
    row("| Example News, 2020 | Rain \\| snow.[^press-sz] |"),
    row("| Example News, 2020 | It rained. It stopped. Nobody knows.[^press-sz] |"),
    row("| Example News, 2020 | It rained.[^press-sz] It snowed.[^press-efe]"),
    row("| 28 October, first counts elsewhere | 2 | 9 | [^press-sz] |", "| 5 and 8 October"),
    row("| 28 October, Example News | 21 | 75 | [^press-sz] |", "| 5 and 8 October"),
    report(),
    report("[Report](https://example.org/?id=2)", "27–28 October 2020. News report."),
    report("[The Massacre [part 2]](https://example.org/a_(b))", "no date. News report."),
    report(end="as read in 2026. News report. Opening read; more in a [copy](http://example.net)."),
    report(end="2020. News report.\n    Read in part."),
    source(
        "   [^state-new]: Example (Baku) Inc., [Note](https://example.org), 2020. Another state."
    ),
    change("", "barda.example.org\n", "docs/CNAME"),
    change("", "User-agent: *\n", "docs/robots.txt"),
    change("", "\n", "docs/.nojekyll"),
    change("site_name:", "site_author: The editors\nsite_name:", SETTINGS),
    change("--measure: 38rem", "--measure: 40rem", STYLE),
]


def copy_project(folder):
    """Copy what the project's repository holds into the folder; return the folder."""
    ignored = shutil.ignore_patterns(".*", "site", "__pycache__")
    return shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)


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
def test_a_bad_edit_breaks_its_rule_at_its_line(rule, changes, tmp_path):
    place = edit(copy_project(tmp_path), changes)
    problems = find_problems(read_project(tmp_path))
    assert {where for where, _, _ in problems} == {place}, problems
    assert rule in {name for _, name, _ in problems}, problems


@pytest.mark.parametrize("changes", GOOD)
def test_a_good_edit_breaks_no_rule(changes, tmp_path):
    edit(copy_project(tmp_path), changes)
    assert find_problems(read_project(tmp_path)) == []


def test_the_page_keeps_every_rule_and_every_rule_has_bad_edits():
    assert find_problems(read_project(ROOT)) == []
    assert [rule.__name__ for rule in RULES] == list(BAD)


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
        (PAGE, b"# Barda\n\n[Rain](https://exa[mple.org/)\n", "index.md:3: https://exa[mple"),
        (PAGE, None, "No such file"),
        (SETTINGS, b"site_name: [\n", "mkdocs.yml: MkDocs stopped"),
        (MAIN, b"{% if %}", "mkdocs.yml: MkDocs stopped"),
    ],
)
def test_what_cannot_be_checked_is_said(name, data, complaint, tmp_path):
    path = copy_project(tmp_path) / name
    path.write_bytes(data) if data is not None else path.unlink()
    result = check(tmp_path)
    assert result.returncode == 2 and complaint in result.stderr, result
    assert "Traceback" not in result.stderr
