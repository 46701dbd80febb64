"""Bad edits to a copy of the project trip the rule they break, at the line they break it, and no other; good edits trip none."""

import random
import re
import shutil
import subprocess
import sys

import check
import pytest
from test_page import ROOT

PAGE, MAIN, STYLE, SETTINGS = check.PAGE, "docs/theme/main.html", "docs/theme/style.html", "mkdocs.yml"


def copy_project(folder):
    """Copy the project into the folder, without what git ignores; return the folder."""
    return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv", "site", "__pycache__", ".pytest_cache"), dirs_exist_ok=True)


def sentence(text):
    """An edit: new text in the background section; the sign § stands where a problem is to be found."""
    return (PAGE, r"(?<=## Background\n\n)", text + " ")


def source(text):
    """An edit: a new definition above the others, cited by a new sentence."""
    return [sentence(f"It was reported.[^{text.split(']')[0]}]"), (PAGE, r"(?<=## Sources\n\n)", f"§[^{text}\n")]


def padding(length):
    """Text that gzip cannot shorten."""
    return random.Random(0).randbytes(length // 2).hex()


GLANCE = (PAGE, r"(?=\| 28 October)", "§")  # marks the row of 28 October at a glance, the first of that day
REPORT = "Example News, [Report](https://example.org/report), 1 November 2020. News report."

# rule: edits that break it, each a change or a list of changes: (file, place as a regular expression, what comes in its place)
BAD = {
    "unsourced": [
        sentence("§It rained."),
        sentence("§It rained. It stopped.[^press-sz]"),
        sentence("§It rained[^press-sz]."),
        sentence("§It rained, Dr. A. B. Əliyev of the U.S. office said."),
        (PAGE, r"(?<=## What is not established\n\n)", "- §Whether it rained\n"),
        (PAGE, r"(?=\| UN human-rights office)", "§| Example News, 2 November | It said nothing. |\n"),
        (PAGE, r"(?=\| UN human-rights office)", "§| Example News, 2 November | It spoke. It was brief.[^press-sz] |\n"),
    ],
    "undefined-source": [
        sentence("§It rained.[^press-nobody]"),
        sentence("§It rained.[^Press-sz]"),
        sentence("§It rained.[^press-sz][^press-sz ]"),
    ],
    "unused-source": [
        (PAGE, r"(?<=## Sources\n\n)", f"§[^press-new]: {REPORT}\n"),
        (PAGE, r"(?<=## Sources\n\n)", "§[^inv-new]: Example Watch, [Report](https://example.org/), 2021. Independent investigation.\n"),
    ],
    "duplicate-source": [
        (PAGE, r"\Z", f"§[^press-sz]: {REPORT}\n"),
        [sentence("It rained.[^ref-new]"), (PAGE, r"\Z", "§[^ref-new]: Wikipedia, [Barda](http://en.wikipedia.org/wiki/2020_Barda_missile_attacks/), 2020. Encyclopedia.\n")],
    ],
    "unknown-kind": [source(f"blog-new]: {REPORT}"), source(f"press]: {REPORT}"), source(f"Press-new]: {REPORT}")],
    "incomplete-source": [
        source("press-new]: [Report](https://example.org/report), 1 November 2020. News report."),
        source("press-new]: Example News, Report, 1 November 2020. News report."),
        source("press-new]: Example News, [ ](https://example.org/report), 1 November 2020. News report."),
        source("press-new]: Example News, [Report](https://example.org/report). News report."),
        source("press-new]: Example News, [Report](https://example.org/report), 1 November 2020."),
        source("press-new]: Example News, [Report](https://example.org/report), 1 November 2020. Independent investigation."),
        source("press-new]: Example News, [Report](https://example.org/report), 31 November 2020. News report."),
        source("press-new]: Example News, [Report](https://example.org/report), 1 Brumaire 2020. News report."),
        source("press-new]: Example News, [Report](https://example.org/report), 1 November 2999. News report."),
        source("press-new]: Example News, [Report](ftp://example.org/report), 1 November 2020. News report."),
        source("press-new]: Example News, [Report](https://me@example.org/report), 1 November 2020. News report."),
        source("press-new]: Example News, [Report](https://example.org/report?utm_source=x), 1 November 2020. News report."),
        source("press-new]: Example News, [Report](https://example.org/report?id=1&fbclid=x), 1 November 2020. News report."),
        source(f"press-new]: {REPORT} Read in a [copy](https:/example.org)."),
    ],
    "loaded-word": [
        sentence("§Terrorists fired, it was reported.[^press-sz]"),
        sentence("§Example News claimed that all was well.[^press-sz]"),
        sentence("§The Genocide Museum reopened.[^press-sz]"),
        (PAGE, r"(?=### Both)", "§### The massacre\n\n"),
        source(f"press-new]: {REPORT} Paper of the regime."),
    ],
    "unnamed-quote": [
        sentence("§“All was well.”[^press-sz]"),
        sentence("§It was said that “all was well”.[^press-sz]"),
        sentence("§There was \"an act of terror\" in Barda.[^press-sz]"),
    ],
    "figure": [
        (PAGE, r"(?<=\| 28 October)([^|]*\| )[^|]*(?= \|)", r"\g<1>§21"),
        (PAGE, r"(?<=\| 27 October)([^|]*\|[^|]*\| )[^|]*(?= \|)", r"\g<1>§13–16"),
        (PAGE, r"(?<=\| 7 November)([^|]*\|[^|]*\| )[^|]*(?= \|)", r"\g<1>§2"),
        [GLANCE, (PAGE, r"(?=\| First two)", "| 28 October, Example News | 22 | – | Its own count.[^press-sz] |\n")],
        (PAGE, r"(?<=### 27 October: Qarayusifli\n\n)", "§About 99 people were wounded.[^press-sz] "),
        (PAGE, r"(?<=# The 2020 attacks on Barda\n\n)", "§The dead numbered fifty.[^press-sz] "),
        (PAGE, r"(?<=### 27 October: Qarayusifli\n\n)", "§At 5 p.m. thirty-four were killed.[^press-sz] "),
        (PAGE, r"(?<=### 27 October: Qarayusifli\n\n)", "§The toll was 31-40 killed.[^press-sz] "),
        (PAGE, r"(?=\| *7 November, time)", "§| 27 October, again | 5 | 13–15 | A cloud; 77 were killed.[^press-sz] |\n"),
        [(PAGE, r"\A", "§"), (PAGE, r"\| Killed \|(?=.*Why)", "| Dead |")],
    ],
    "one-page": [
        ("docs/more.md", "", "§# More\n"),
        ("docs/more/index.html", "", "§<p>More"),
        (SETTINGS, r"nav:\n  - index.md", "§nav:\n  - index.md\n  - more.md"),
        (SETTINGS, r"nav:\n  - index.md", "§nav: []"),
        (PAGE, r"(?=## Background)", "§#### Weather\n\n"),
        (PAGE, r"(?=## Background)", "§# Weather\n\n"),
        (PAGE, r"(?=## Background)", "§### Text\n\n"),
        (PAGE, r"(?=## Background)", "§## Weather\n\n"),
        [(PAGE, r"\A", "§"), (PAGE, r"## Sources\n", "")],
        ("docs/barda.jpg", "", "§"),
    ],
    "outside": [
        sentence("§![Barda](https://example.org/barda.jpg) It rained.[^press-sz]"),
        sentence("§It <b>rained</b>.[^press-sz]"),
        sentence("§It [rained](javascript:void).[^press-sz]"),
        sentence("§It [rained](JavaScript:void).[^press-sz]"),
        (PAGE, r"(?<=## Background\n\n)", "    §It rained.[^press-sz]\n\n"),
        (PAGE, r"(?=## Background)", "§<div>\n</div>\n\n"),
        (PAGE, r"(?=## Background)", "§<script>1</script>\n\n"),
        (MAIN, r"(?=</head>)", '§<link rel="stylesheet" href="https://example.org/style.css">'),
        (MAIN, r"(?=</body>)", '§<img alt="" src="barda.jpg">'),
        (MAIN, r"<body>", '§<body onload="x()">'),
        (STYLE, r"(?=</style>)", "§@import 'more.css';\n"),
        (STYLE, r"(?=</style>)", "§body { background: url(barda.jpg); }\n"),
    ],
    "hidden-character": [
        sentence("§It\u200b rained.[^press-sz]"),
        sentence("§It \u202erained.[^press-sz]"),
        sentence("§It ra&shy;ined.[^press-sz]"),
        sentence("§It r\u0430ined.[^press-sz]"),
        sentence("§It\u2800 rained.[^press-sz]"),
    ],
    "dead-link": [
        sentence("§It [rained](#weather).[^press-sz]"),
        sentence("§It [rained](weather.md).[^press-sz]"),
        sentence("§It [rained](/weather).[^press-sz]"),
        (MAIN, r'(?<=href=")#text', "§#start"),
    ],
    "malformed": [
        (PAGE, r"(?<=## Background\n\n)", "It rained.[^press-sz]\n§- It stopped.[^press-sz]\n\n"),
        (PAGE, r"(?=\| UN human-rights office)", "§| Example News, 2 November.[^press-sz] |\n"),
        (PAGE, r"(?<=## Sources\n\n)", "§A note.\n\n"),
    ],
    "weight": [
        [(PAGE, r"\A", "§"), (PAGE, r"(?<=\]\(https://en.wikipedia.org/)", padding(9000))],
        [(PAGE, r"\A", "§"), (STYLE, r"(?=</style>)", f"/* {padding(9000)} */")],
    ],
    "mkdocs": [
        (SETTINGS, r"\Z", "§footer: none\n"),
        (SETTINGS, r"(?<=- 404.html\n)", "§    - 500.html\n"),
    ],
}  # fmt: skip

GOOD = [
    source(f"press-new]: {REPORT}"),
    source("state-new]: Ministry of Examples, [<span lang=\"fr\">Déclaration No. 5</span>](https://example.org/?page=2), November 2020. Another state. In French."),
    sentence("Example News wrote that a “barbaric act of terror” had been reported.[^press-sz]"),
    sentence("The President of Exampleland, J. R. Smith, called it \"genocide\".[^press-sz]"),
    sentence("Dr. A. B. Əliyev of the U.S. office said so at 8 a.m. on Monday.[^press-sz]"),
    sentence("The road is 1.5 km long, about 0.9 miles.[^press-sz]"),
    sentence("Resolution No. 5 of the council, cf. p. 12, asked for talks.[^press-sz]"),
    sentence("Gen. Məmmədov and Mr. Tonoyan met in St. Petersburg, i.e. not in Barda.[^press-sz]"),
    sentence("Kim fired first?[^press-sz] Nobody knew (and nobody asked).[^press-sz][^press-afp]"),
    sentence("See [the figures](#casualty-figures) and <span lang=\"az\">Bərdənin bombalanması</span>.[^press-sz]"),
    sentence("About 500 people were wounded elsewhere in the war.[^press-sz]"),
    (PAGE, r"(?<=### 27 October: Qarayusifli\n\n)", "On 27 and 28 October 2020 at 13:30 five were wounded, 13–15 in all.[^press-sz] "),
    (PAGE, r"(?<=## What is not established\n\n)", "- Whether it rained.[^press-sz]\n- Whether it snowed[^press-sz]\n"),
    (PAGE, r"(?=\| First two)", "| 28 October, Example News | 2 | 9 | Interim.[^press-sz] |\n"),
    sentence("The area is 5 km², and the wall 3 µm thick.[^press-sz]"),
]  # fmt: skip


def edit(folder, changes):
    """Make the changes in a copy of the project; return FILE:LINE of the sign §, which is taken out again."""
    place = None
    for name, pattern, replacement in [changes] if isinstance(changes, tuple) else changes:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        text, count = re.subn(pattern, replacement, path.read_text() if path.exists() else "", count=1)
        assert count == 1, f"the edit finds no {pattern} in {name}: it needs another place"
        if "§" in text:
            place = f"{name}:{text[: text.index('§')].count(chr(10)) + 1}"
        path.write_text(text.replace("§", ""))
    return place


@pytest.mark.parametrize("rule, number", [(rule, number) for rule, edits in BAD.items() for number in range(len(edits))])
def test_a_bad_edit_trips_its_rule_and_no_other(rule, number, tmp_path):
    place = edit(copy_project(tmp_path), BAD[rule][number])
    problems, _ = check.find_problems(tmp_path)
    assert {(problem.rule, problem.where) for problem in problems} == {(rule, place)}, problems


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_a_good_edit_trips_nothing(number, tmp_path):
    edit(copy_project(tmp_path), GOOD[number])
    assert check.find_problems(tmp_path)[0] == []


def test_every_rule_has_two_bad_edits():
    assert {rule.__name__.replace("_", "-") for rule in check.RULES} == set(BAD)
    assert min(map(len, BAD.values())) >= 2 and sum(map(len, BAD.values())) >= 40 and len(GOOD) >= 12


def run(folder):
    return subprocess.run([sys.executable, ROOT / "tests/check.py", folder], capture_output=True, text=True)


def test_the_command_prints_problems_and_their_count(tmp_path):
    place = edit(copy_project(tmp_path), sentence("§It rained."))
    result = run(tmp_path)
    first, last = result.stdout.splitlines()
    assert result.returncode == 1 and first.startswith(f"{place}: unsourced: no source behind “It rained.”")
    assert re.match(r"1 problems?; the page weighs [\d,]+ of 14,336 bytes, [\d,]+ of them style and [\d,]+ text$", last)
    assert run(ROOT).returncode == 0


@pytest.mark.parametrize("name, data, complaint", [
    (PAGE, b"# Barda\n\n\xff\n", "index.md:3: a byte that is not UTF-8"),
    (SETTINGS, b"site_name: [\n", "mkdocs.yml: MkDocs stopped"),
    (MAIN, b"{% if %}", "mkdocs.yml: MkDocs stopped"),
    (PAGE, None, "No such file"),
])  # fmt: skip
def test_what_cannot_run_is_said(name, data, complaint, tmp_path):
    path = copy_project(tmp_path) / name
    path.write_bytes(data) if data is not None else path.unlink()
    result = run(tmp_path)
    assert result.returncode == 2 and complaint in result.stderr and "Traceback" not in result.stderr, result
