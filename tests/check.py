"""The rules of the page, one function a rule: what an edit to docs/index.md has to keep.

`python tests/check.py [DIR]` checks the project in DIR, or the one it stands in, and prints one line a problem,
`FILE:LINE: RULE: message`, then their count. The exit status is 0 for none, 1 for some, 2 where it could not run.
"""

import gzip
import html
import logging
import re
import sys
import tempfile
import unicodedata
from collections import namedtuple
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

try:
    from lxml.html import document_fromstring
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from sentencex import segment
except ImportError as missing:
    print(f"tests/check.py: {missing.name} is not installed; run tests/run once, then .venv/bin/python tests/check.py", file=sys.stderr)
    raise SystemExit(2)

PAGE = "docs/index.md"
WEIGHT_LIMIT = 14_336  # bytes: what fits, with its headers, into the ten segments that a server may send first (RFC 6928)
PARTS = ["At a glance", "The attacks", "Casualty figures", "Who is said to be responsible", "Background", "Responses and reactions",
         "What is not established", "How this page was made", "Sources"]  # fmt: skip
GLANCE, FIGURES, ABOUT, SOURCES = PARTS[0], PARTS[2], PARTS[7], PARTS[8]

# The prefix of a source's key, and the kind of source as its definition names it.
KINDS = {"inv": "Independent investigation", "hum": "United Nations or Red Cross", "party": "Party to the conflict",
         "state": "Another state", "press": "News report", "ref": "Encyclopedia"}  # fmt: skip
DEFINITION_FORM = "Publisher, [title](address), date. Kind. How it was read. (all on one line)"
# Beginnings of words that judge: a speaker may use them, the page may not.
LOADED = r"""admit aggress atroci barbari barbarous brutal claim confess coward cruel despicabl enem(?:y|ies)\b evil\b expos(?:e|es|ed|ing)\b fascis
genocid heinous heroi horrif illegal inhuman insist invad invasion liberat martyr massacre monstrous murder occup(?:ied|ier|ying|ation)
perpetrat puppet regimes?\b ruthless savage separatis shocking slaughter so-called terror traged tragic unprovoked vicious war.crime""".split()
# Beginnings of the words by which a sentence says that somebody said something.
REPORTING = r"""according announc answer ask call condemn declar den(?:y|ied) descri nam(?:e|ing) quot replie reply report
sa(?:y|id) speak spoke stat(?:e|ed|es|ing)\b tell told tweet warn wr(?:i|o)te""".split()
# Capitalised words that are no name: what opens a sentence, and the calendar.
MONTHS = "January February March April May June July August September October November December".split()
NO_NAME = set(MONTHS) | set("A An And As At Both But By For From He In It Its No On One Others She So Some That The Their Then There They This Two When With".split())
CASUALTY = "kill wound injur dead death died dying casualt fatalit toll".split()
NUMBER_WORDS = dict(zip("""one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred""".split(), [*range(1, 20), *range(20, 101, 10)]))
CALENDAR = rf"\d+(?:(?:,| and| or| to|–) ?\d+)* (?:{'|'.join(MONTHS)})|\b(?:19|20)\d\d\b|\d+:\d\d|\d+-year-old"
WORD = r"\d+|[^\W\d]+"
LINK = r"\]\(([^)]*)\)"
QUOTATION = r"“[^”]*”|\"[^\"]*\""
MARKER = r"\[\^([^\]]*)\]"
TRACKING = r"utm_\w+|[a-z]{0,2}clid|mc_[ce]id|igshid|_ga|ref_src"
BLANKS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"  # they show nothing, but Unicode counts them elsewhere


# A sentence, without its markers; sources: the keys right behind it; section: "" is the lead; row: the first cell of its table row.
Sentence = namedtuple("Sentence", "line text sources section row")
# All that the rules look at. lines: the first at index 1; definitions: (line, key, text); markers: (line, key); headings: (line, level, title);
# tables: by section, rows of (line, {column: cell}); raw_html: (line, tag); nav, warnings: of MkDocs; page, elements, files: of the site.
Project = namedtuple("Project", "root lines definitions markers headings sentences tables raw_html nav warnings page elements files")
Problem = namedtuple("Problem", "where rule message")  # where: FILE:LINE


class CannotRun(Exception):
    """The project cannot be read or built; the message says why, and what to do."""


def read_text(path):
    """Return the text of a file. Raises CannotRun where it is missing or not UTF-8."""
    try:
        data = path.read_bytes()
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise CannotRun(f"{path}: {error.strerror}; name a folder that holds the project")
    except UnicodeDecodeError as error:
        raise CannotRun(f"{path}:{data.count(10, 0, error.start) + 1}: a byte that is not UTF-8; save the file as UTF-8")


def build_site(root):
    """Build the site in a temporary folder; return MkDocs' nav and warnings, the page and the site's files. Raises CannotRun."""
    warnings, logger = [], logging.getLogger("mkdocs")
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: warnings.append(record.getMessage())
    logger.addHandler(listener)
    try:
        with tempfile.TemporaryDirectory() as site:
            # Not strict, so that a warning is listed with the other problems; with an address, so that the weight counts one.
            config = load_config(str(root / "mkdocs.yml"), site_dir=site, strict=False, site_url="https://example.org/")
            build(config)
            page = Path(site, "index.html").read_text(encoding="utf-8")
            return config.nav, warnings, page, {path.relative_to(site).as_posix() for path in Path(site).rglob("*")}
    except (Exception, SystemExit) as error:
        raise CannotRun(f"{root / 'mkdocs.yml'}: MkDocs stopped; mend this first: {' '.join([*warnings, str(error)])}")
    finally:
        logger.removeHandler(listener)


def plain_text(node):
    """Return the text below a node of the Markdown tree, with its source markers, without its markup."""
    if node.type in ("softbreak", "hardbreak"):
        return "\n"
    return "".join(map(plain_text, node.children)) or (node.content if node.type in ("text", "text_special") else "")


def split_sentences(text):
    """Yield, for each sentence of a text with markers, (line breaks before it, itself, keys of the markers right behind it)."""
    pieces = re.split(MARKER, text)  # text, key, text, key, ..., text
    bare, markers = pieces[0], []
    for key, following in zip(pieces[1::2], pieces[2::2]):
        markers.append((len(bare), key))
        bare += following
    end = 0
    for piece in segment("en", bare.replace("\n", " ")):
        start = end + len(piece) - len(piece.lstrip())
        sentence, end = piece.strip(), end + len(piece)
        if sentence:
            yield bare.count("\n", 0, start), sentence, [key for at, key in markers if at == start + len(sentence)]


def read_project(root):
    """Return the project in the folder `root`. Raises CannotRun."""
    lines = ["", *read_text(root / PAGE).split("\n")]
    found = [(number, re.match(rf"{MARKER}: *(.*)", line)) for number, line in enumerate(lines)]
    definitions = [(number, match[1], match[2]) for number, match in found if match]
    body = ["" if match else lines[number] for number, match in found]
    markers = [(number, key) for number, line in enumerate(body) for key in re.findall(MARKER, line)]
    headings, sentences, tables, raw_html, section = [], [], {}, [], ""
    for node in SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse("\n".join(body[1:]))).walk(include_self=False):
        line = node.map[0] + 1 if node.map else line
        if node.type == "heading":
            section = plain_text(node) if node.tag == "h2" else section
            headings.append((line, int(node.tag[1]), plain_text(node)))
        elif node.type == "thead":
            columns = [plain_text(cell) for cell in node.children[0].children]
        elif node.type == "tr" and node.parent.type == "tbody":
            cells = [plain_text(cell) for cell in node.children]
            tables.setdefault(section, []).append((line, dict(zip(columns, cells))))
            sentences += [Sentence(line, text, keys, section, cells[0]) for _, text, keys in split_sentences(" ".join(cells))]
        elif node.type == "paragraph":
            sentences += [Sentence(line + down, text, keys, section, "") for down, text, keys in split_sentences(plain_text(node))]
        elif node.type in ("html_block", "html_inline", "code_block", "code_inline", "fence"):
            raw_html += [(line, tag) for tag in re.findall("<[^>]*>?", node.content) or [node.content.strip()]]
    raw_html += [(line, tag) for line, _, text in definitions for tag in re.findall("<[^>]*>?", text)]
    nav, warnings, page, files = build_site(root)
    elements = list(document_fromstring(page).iter("*"))
    return Project(root, lines, definitions, markers, headings, sentences, tables, raw_html, nav, warnings, page, elements, files)


def locate(project, text):
    """Return FILE:LINE of the first place, in the page, the template or the settings, that holds the text."""
    paths = [project.root / PAGE, *sorted((project.root / "docs/theme").glob("*.html")), project.root / "mkdocs.yml"]
    found = ((path, number) for path in paths for number, line in enumerate(read_text(path).split("\n"), 1) if text in line)
    path, number = next(found, (paths[0], 1))
    return f"{path.relative_to(project.root).as_posix()}:{number}"


def begins_with(beginnings, text):
    """Return the first word of the text that has one of the beginnings, or None."""
    return (match := re.search(rf"\b(?:{'|'.join(beginnings)})\w*", text, re.IGNORECASE)) and match[0]


def numbers_in(text):
    """Return the numbers in a text, in digits or, up to a hundred, in words."""
    return [NUMBER_WORDS.get(word) or int(word) for word in re.findall(WORD, text.lower()) if word.isdecimal() or word in NUMBER_WORDS]


def weigh(page, without=None):
    """Return the bytes of a page, gzipped, without the part that matches the regular expression."""
    return len(gzip.compress(re.sub(without or "(?!)", "", page, flags=re.DOTALL).encode(), 9, mtime=0))


# The rules. Each yields (where, message), where a bare number is a line of the page.


def unsourced(project):
    """A reader must see who says it: every sentence, list item and table row ends in a source marker."""
    for sentence in project.sentences:
        if not sentence.sources and sentence.section not in (ABOUT, SOURCES):
            yield sentence.line, f"no source behind “{sentence.text[-60:]}”; put a marker such as [^press-example] behind its full stop, without a space"


def undefined_source(project):
    """MkDocs prints a marker without a definition as it stands, and says nothing."""
    for line, key in project.markers:
        if key not in {key for _, key, _ in project.definitions}:
            yield line, f"[^{key}] has no definition; correct the key, or add the line [^{key}]: {DEFINITION_FORM}"


def unused_source(project):
    """A source that supports no sentence would only look like support."""
    for line, key, _ in project.definitions:
        if key not in {key for _, key in project.markers}:
            yield line, f"no sentence rests on [^{key}]; cite it, or delete this line"


def duplicate_source(project):
    """One source, one number: else one voice looks like two."""
    seen = {}
    for line, key, text in project.definitions:
        plain = [(re.sub(r"^https?://(www\.)?|/$", "", address), f"under [^{key}]") for address in re.findall(LINK, text)]
        for name, place in [(f"[^{key}]", f"on line {line}"), *plain]:
            if (other := seen.setdefault(name, place)) != place:
                yield line, f"{name} stands {other} already; keep one key for one source"


def unknown_kind(project):
    """The prefix of a key gives the kind of source that the reader sees at every marker."""
    for line, key, _ in project.definitions:
        if not re.match(rf"({'|'.join(KINDS)})-", key):
            yield line, f"[^{key}] shows no kind of source; begin the key with one of {', '.join(f'{kind}-' for kind in KINDS)}"


def incomplete_source(project):
    """Whoever doubts a sentence must be able to find its source, and see of what kind and age it is."""
    for line, key, text in project.definitions:
        form = re.match(r"[^\[]*\w, \[[^\]]*\w[^\]]*\]\(\S+\), (?:as read on )?([^.\[]*\d{4})\. ([^.]+)\.(?: |$)", text)
        if not form:
            yield line, f"[^{key}] lacks its publisher, linked title, date or kind; write it as {DEFINITION_FORM}"
            continue
        day, kind = form.groups()
        if kind != (expected := KINDS.get(key.split("-")[0], kind)):
            yield line, f"[^{key}] is said to be “{kind}”, but its key means “{expected}”; correct one of the two"
        past = False
        with suppress(ValueError):  # the form of the date follows from how many words it has
            past = datetime.strptime(day, ("%Y", "%B %Y", "%d %B %Y")[min(day.count(" "), 2)]) <= datetime.now()
        if not past:
            yield line, f"[^{key}]: “{day}” is no day that has been; write it as 7 November 2020, November 2020 or 2020"
        for address in re.findall(LINK, text):
            parts = urlsplit(address)
            spies = [name for name, _ in parse_qsl(parts.query) if re.fullmatch(TRACKING, name)]
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or spies:
                yield line, f"[^{key}]: {address} is no plain address on the web; write https://, host and path only{', without '.join(['', *spies])}"


def loaded_word(project):
    """The page judges nobody; a speaker's judgement stands in quotation marks, with the speaker's name."""
    texts = [(line, text) for line, text, *_ in project.sentences] + [(line, title) for line, _, title in project.headings]
    for line, text in texts + [(line, re.sub(rf"\[[^\]]*{LINK}", "", text)) for line, _, text in project.definitions]:
        if word := begins_with(LOADED, re.sub(QUOTATION, " ", text)):
            yield line, f"“{word}” takes a side; choose a plain word (said, stated, attack, forces), or quote a named speaker who used it"


def unnamed_quote(project):
    """A quotation belongs to somebody: its sentence names the speaker and has a word such as “said”."""
    for sentence in project.sentences:
        rest = re.sub(QUOTATION, " ", sentence.text)
        names = [word for word in re.findall(r"\w+", f"{sentence.row} {rest}") if word[0].isupper() and word not in NO_NAME]
        if rest != sentence.text and not (names and begins_with(REPORTING, rest)):
            yield sentence.line, "nobody says this quotation; name the speaker in the same sentence, with a word such as said, wrote or called"


def figure(project):
    """Every count up to the figures table is in it; at a glance stands its range, without those overtaken or partial."""
    known, counts, (glance, figures) = set(), {}, (project.tables.get(name, []) for name in (GLANCE, FIGURES))
    if not glance or not figures or not all({"Killed", "Wounded"} <= row.keys() for _, row in glance + figures):
        yield 1, f"“{GLANCE}” and “{FIGURES}” have one table each, with the columns Killed and Wounded; put that back"
        return
    for _, row in figures:
        first, *_, note = row.values()
        for column in ("Killed", "Wounded"):
            known |= set(numbers_in(row[column]))
            if not re.match("(?i)interim|part", note):
                counts.setdefault((re.split("[,:;]", first)[0], column), []).extend(numbers_in(row[column]))
    for line, row in glance:
        for column in ("Killed", "Wounded"):
            values = sorted(counts.get((re.split("[,:;]", next(iter(row.values())))[0], column), []))
            expected = "–".join(map(str, dict.fromkeys(values[:1] + values[-1:])))
            if (row[column] != expected) if values else numbers_in(row[column]):
                yield line, f"{column} is “{row[column]}” here, “{expected}” by “{FIGURES}”; correct one, or begin the last cell there with Interim or Part"
    for sentence in project.sentences:
        counted = sentence.section in ("", *PARTS[:3]) and not (sentence.row and sentence.section == FIGURES)
        words = re.findall(WORD, re.sub(CALENDAR, " ", sentence.text.replace(",", ""))) if counted else []
        for at, word in enumerate(words):
            if set(numbers_in(word)) - known and begins_with(CASUALTY, " ".join(words[max(0, at - 4) : at + 5])):
                yield sentence.line, f"“{word}” killed or wounded is not in the table of “{FIGURES}”; add a row that says who counted, or correct it"


def one_page(project):
    """One page, in the outline, with one title, no skipped level of heading, and identifiers that mean one place."""
    for path in sorted((project.root / "docs").rglob("*")):
        name = path.relative_to(project.root).as_posix()
        if path.is_file() and name != PAGE and not re.match(r"docs/theme/\w+\.html$|.*/\.", name):
            yield f"{name}:1", f"the site has one page and nothing beside it; move what this says to {PAGE}, and delete it"
    if project.nav != ["index.md"]:
        yield locate(project, "nav:"), "the outline is not the one page; give nav: the single entry index.md"
    for (line, level, title), (_, before, _) in zip(project.headings, [("", 0, ""), *project.headings]):
        if level > before + 1 or level == 1 and before:
            yield line, f"“{title}” skips a level or is a second title; begin the page with one #, and this with {'#' * max(2, before + 1)}"
    titles = {title: line for line, level, title in project.headings if level == 2}
    for title in [title for title in {**titles, **dict.fromkeys(PARTS)} if title not in titles or title not in PARTS] or [*titles][: [*titles] != PARTS]:
        yield titles.get(title, 1), f"“{title}” is missing, out of place or no part of the page; the parts are, in order: {', '.join(PARTS)}"
    places = {}
    for element in project.elements:
        if (name := element.get("id")) and places.setdefault(name, element) is not element:
            yield locate(project, element.text_content()), f"“{name}” identifies two places; reword the heading"


def outside(project):
    """One request, and no markup but Markdown: nothing is loaded, nothing runs."""
    for line, tag in project.raw_html:
        if not re.fullmatch(r'<span lang="[a-z-]+">|</span>', tag):
            yield line, f'{tag} is code, not text; delete it (only <span lang="…"> may stand, around words that are not English)'
    for element, tag in ((element, element.tag) for element in project.elements):
        if tag in ("script", "iframe", "object", "embed", "base", "form"):
            yield locate(project, f"<{tag}"), f"<{tag}> is more than a text needs; delete it"
        for name, value in element.items():
            loaded = name in ("src", "srcset", "poster", "background") or tag == "link" and name == "href" and element.get("rel") != "canonical"
            if loaded and not value.startswith("data:") or name.startswith("on") or re.match(r"(?i)\s*(?:javascript|vbscript):", value):
                yield locate(project, value), f"<{tag} {name}> loads or runs {value}; the page is one request without a script: delete it"
        if tag == "style" and (load := re.search(r"@import|@font-face|url\(", element.text)):
            yield locate(project, load[0]), f"the style loads something with {load[0]}; the page is one request: delete it"


def hidden_character(project):
    """Nothing that a reader cannot see: no invisible characters, no letters that only look like others."""
    for number, line in enumerate(project.lines):
        shown = html.unescape(line)
        for sign in sorted(set(shown)):
            if unicodedata.category(sign) in ("Cc", "Cf", "Cn", "Co", "Zl", "Zp") or sign in BLANKS:
                yield number, f"an invisible character, U+{ord(sign):04X} {unicodedata.name(sign, 'CONTROL CHARACTER')}; delete it, or put a space"
        for word in re.findall(r"[^\W\d_]+", shown):
            if len(scripts := {unicodedata.name(letter).split()[0] for letter in word} & {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "FULLWIDTH"}) > 1:
                yield number, f"“{word}” mixes letters that look alike, {' and '.join(sorted(scripts))}; type the word anew"


def dead_link(project):
    """A link inside the site leads somewhere."""
    places = {"", *(element.get("id") for element in project.elements)}
    # The way back from a source that nothing cites leads nowhere too, but unused_source says so.
    for address in (link.get("href", "") for link in project.elements if link.tag == "a" and link.get("class") != "footnote-backref"):
        parts = urlsplit(address)
        here = unquote(parts.path) in {"", ".", "./", "index.html", *project.files}
        if not parts.scheme and not parts.netloc and not (here and unquote(parts.fragment) in places):
            yield locate(project, address), f"{address} leads nowhere; correct it to a heading of the page, such as #sources"


def malformed(project):
    """What looks like a list, a table or a source has to become one: MkDocs would print it as it stands, and say nothing."""
    for rows in project.tables.values():
        for line, row in rows:
            if (count := project.lines[line].count("|")) != len(row) + 1:
                yield line, f"this row has {count - 1} cells, its table {len(row)} columns; add or delete a |"
    for number, (before, line) in enumerate(zip(project.lines, project.lines[1:]), 1):
        kind = r"\||[-*+] |\d+[.)] "
        if re.match(kind, line) and before.strip() and not re.match(kind, before):
            yield number, "this list or table touches the text above it; put an empty line between them"
    for line in (sentence.line for sentence in project.sentences if sentence.section == SOURCES):
        yield line, f"only sources stand here, each on one line; join this to the line above, or write it as [^key]: {DEFINITION_FORM}"


def weight(project):
    """The page arrives in the first flight of a new connection."""
    if (total := weigh(project.page)) > WEIGHT_LIMIT:
        yield 1, f"the page weighs {total:,} bytes gzipped, {total - WEIGHT_LIMIT:,} more than one flight holds; shorten it"


def mkdocs(project):
    """Whatever else MkDocs warns of; links and the outline have rules above, which name the line."""
    for warning in project.warnings:
        if not re.search(r"contains an? .*link|['\"]nav['\"] configuration", warning):
            name = re.search(r"'([^']+)'", warning)
            yield locate(project, name[1] if name else warning), f"MkDocs warns: {warning}; mend what it names"


RULES = [unsourced, undefined_source, unused_source, duplicate_source, unknown_kind, incomplete_source, loaded_word, unnamed_quote,
         figure, one_page, outside, hidden_character, dead_link, malformed, weight, mkdocs]  # fmt: skip


def find_problems(root):
    """Return the problems of the project in the folder `root`, and its built page. Raises CannotRun."""
    project = read_project(Path(root))
    found = [(where, rule.__name__.replace("_", "-"), message) for rule in RULES for where, message in rule(project)]
    return [Problem(f"{PAGE}:{where}" if isinstance(where, int) else where, *rest) for where, *rest in found], project.page


def main(root):
    """Print the problems of the project in the folder `root`; return the exit status."""
    try:
        problems, page = find_problems(root)
    except CannotRun as error:
        print(error, file=sys.stderr)
        return 2
    print(*map(": ".join, problems), sep="\n", end="\n" if problems else "")
    style, text = (weigh(page) - weigh(page, part) for part in ("<style>.*</style>", "<main.*</main>"))
    plural = "" if len(problems) == 1 else "s"
    print(f"{len(problems)} problem{plural}; the page weighs {weigh(page):,} of {WEIGHT_LIMIT:,} bytes, {style:,} of them style and {text:,} text")
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if sys.argv[1:] else Path(__file__).parent.parent))
