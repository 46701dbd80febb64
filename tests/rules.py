"""The rules of the page: what is certain. Judgement is left to people.

A rule takes a Project and yields (where, message): the number of a line of the page, or FILE:LINE.
To add one: a function here, its name in RULES, bad edits in test_rules.py, good in specimen.md.
"""

import html
import re
import unicodedata

from project import MARKER, PAGE, SETTINGS, read_text

# The parts of the page, in order; those that the rules speak of have a name.
PARTS = [
    GLANCE := "At a glance",
    ATTACKS := "The attacks",
    FIGURES := "Casualty figures",
    RESPONSIBLE := "Who is said to be responsible",
    "Background",
    "Responses, investigations and trials",
    "What is not established",
    METHOD := "How this page was made",
    "Sources",
]
DATES = ["27 October", "28 October", "7 November"]
PARTIES = ["Azerbaijan", "Armenia", "Nagorno-Karabakh authorities"]
# With what a heading or a row must begin in each part.
NEEDED = {ATTACKS: DATES, GLANCE: DATES, FIGURES: DATES, RESPONSIBLE: PARTIES}
COUNTS = ["Killed", "Wounded"]
# Rows of the casualty figures that say so were soon overtaken, and stay out of the ranges.
INTERIM = "first counts"

# The prefix of a source's key, and the kind of source that it stands for.
SOURCE_KINDS = {
    "inv": "Independent investigation",
    "org": "International organisation",
    "party": "Party to the conflict",
    "state": "Another state",
    "press": "News report",
    "ref": "Encyclopedia",
}
DEFINITION = "[^key]: Publisher, [title](address), date. Kind. How it was read."
TRACKING = r"[?&](utm_\w+|\w*clid)="
LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"

# Beginnings of words that judge: a speaker may use them, the page may not.
LOADED = (
    "aggressor|atrocit|barbar|butcher|genocid|heinous|heroic|liberat|martyr|massacr|occupier"
    "|slaughter|terroris|vicious"
)
# The characters that the page needs: a plain keyboard's, Latin letters, signs; add others here.
CHARACTERS = "[ -~À-žƏəȘșȚțʻʿ–—−‘’“”„«»′″…·¿¡§№°±≈½²³µ€£†]"
# What a site of one page is made of; hosting may need the last two.
FILES = "index.md theme/main.html theme/404.html theme/style.css CNAME robots.txt".split()
TEXT_LIMIT, TABLE_LIMIT = 1_800, 650  # words: a summary that grows is no summary


def sourced_lines(project):
    """Return the lines that need a source: text, list items and table rows, not the method."""
    lines = [line for kind in ("text", "item", "row") for line in project.lines_of(kind)]
    return [line for line in lines if line.part != METHOD]


def definitions(project):
    """Return (line number, key, text) of each source."""
    for line in project.lines_of("definition"):
        yield line.number, *re.match(rf"\s*{MARKER}:\s*(.*)", line.text).groups()


def headings(project, signs, part=None):
    """Return (line number, text) of the headings with just these signs, as "##"."""
    for line in project.lines_of("heading", part):
        if line.text.startswith(f"{signs} "):
            yield line.number, line.text.removeprefix(signs).strip()


def final_rows(project, part):
    """Return the rows of a part's table without those that were soon overtaken."""
    return [row for row in project.lines_of("row", part) if INTERIM not in row.cells[0]]


def subject(text):
    """Return what a heading or a row speaks of, up to a comma or colon: a date, or a party."""
    return re.split("[,:]", text)[0]


def without_quotations(text):
    """Return a text with its quotations emptied."""
    return re.sub(r"“[^”]*”|\"[^\"]*\"", "“”", text)


def locate(project, text, *names):
    """Return FILE:LINE of the first line, in the page or else the named files, with the text."""
    for name in (PAGE, *names):
        for number, line in enumerate(read_text(project.root / name).split("\n"), 1):
            if text in line:
                return f"{name}:{number}"
    return f"{PAGE}:1"


def length(project):
    """Return the words of running text and of tables, without markers."""

    def words(*kinds):
        lines = [line.text for line in project.lines if line.kind in kinds]
        return len(re.sub(rf"{MARKER}|\|", " ", " ".join(lines)).split())

    return words("text", "item"), words("head", "row")


# Sources


def unsourced(project):
    """A reader must see who says it: each line, list item and table row ends in a marker."""
    for line in sourced_lines(project):
        if not re.search(rf"{MARKER}[\s|]*$", line.text):
            end = line.text.strip(" |")[-50:]
            yield line.number, f"no source behind “{end}”; end it with a marker: [^press-example]"


def two_sentences(project):
    """One sentence a line, so that each shows its own source; a table row may hold several."""
    for line in sourced_lines(project):
        text = without_quotations(line.text)
        if line.kind != "row" and re.search(
            rf"([.!?][”)]?({MARKER})+|[a-zə]{{5}}[.!?]) +[A-ZƏ“]", text
        ):
            yield line.number, "two sentences; give each a line of its own, with its source"


def undefined_source(project):
    """MkDocs prints a marker without a definition as it stands, and says nothing."""
    known = {key for _, key, _ in definitions(project)}
    for line in project.lines:
        for key in set(re.findall(MARKER, line.text)) - known:
            yield line.number, f"[^{key}] has no definition; correct it, or add {DEFINITION}"


def unused_source(project):
    """A source that supports no sentence would only look like support."""
    text = "".join(line.text for line in project.lines if line.kind != "definition")
    for number, key, _ in definitions(project):
        if f"[^{key}]" not in text:
            yield number, f"no sentence rests on [^{key}]; cite it, or delete this line"


def duplicate_source(project):
    """Of two definitions of a key, MkDocs drops the first, and says nothing."""
    seen = {}
    for number, key, _ in definitions(project):
        if seen.setdefault(key, number) != number:
            yield number, f"[^{key}] stands on line {seen[key]} already; keep one of the two"


def incomplete_source(project):
    """Whoever doubts a sentence must be able to find its source, and see its age and kind."""
    form = r"[^\[]+, \[.+?\]\(\S+\), (?:[^\[.]*\b\d{4}\b[^\[.]*|no date)\. ([A-Z][a-z ]+)\.( |$)"
    for number, key, text in definitions(project):
        kind, found = SOURCE_KINDS.get(key.split("-")[0]), re.match(form, text)
        if kind is None:
            yield number, f"[^{key}] shows no kind; begin it with {'-, '.join(SOURCE_KINDS)}-"
        elif not found:
            yield number, f"[^{key}] lacks a publisher, linked title, date or kind: {DEFINITION}"
        elif found[1] != kind:
            yield number, f"“{found[1]}” here, but [^{key}] means “{kind}”; correct one of the two"


def bad_address(project):
    """A source's link leads to the source, and tells nobody who sent the reader."""
    for address in project.page.xpath("//div[@class='footnote']//a[not(@class)]/@href"):
        if not re.match(r"https?://[\w-]+(\.[\w-]+)+(:\d+)?([/?]|$)", address) or re.search(
            TRACKING, address
        ):
            message = f"{address} is no plain address; write https://, host and path, no tracking"
            yield locate(project, f"({address})"), message


def link_away(project):
    """Running text leads only to its sources: an address belongs into a definition."""
    places = [f"#{name}" for name in project.page.xpath("//@id")]
    for address in project.page.xpath("//main//a[not(ancestor::div)]/@href"):
        if address not in [*places, LICENCE]:
            message = "leads nowhere; correct it" if address.startswith("#") else "make it a source"
            yield locate(project, address), f"{address} in running text: {message}"


# The shape of the page


def parts(project):
    """The page has one title and the parts that readers and links know, in their order."""
    found = [heading.text_content() for heading in project.page.cssselect("main h2")]
    if found != PARTS:
        strange = [text for text in found if text not in PARTS]
        gone = [text for text in PARTS if text not in found]
        message = f"strange: {strange}, gone: {gone}; where neither, mend the order"
        yield locate(project, (strange or ["# "])[0]), f"the parts are not {PARTS}; {message}"
    for title in project.page.cssselect("main h1")[1:]:
        yield locate(project, title.text_content()), "a second title; begin it with ### instead"


def missing(project):
    """The three attacks and the three parties stand wherever a reader looks for them."""
    for part, needed in NEEDED.items():
        begun = [text for _, text in headings(project, "###", part)]
        begun += [row.cells[0] for row in final_rows(project, part)]
        found = map(subject, begun)
        for name in sorted(set(needed) - set(found)):
            where = locate(project, f"## {part}")
            yield where, f"nothing here begins with “{name},” or “{name}:”; put it back"


def ranges(project):
    """At a glance stands what the final figures span, from the lowest to the highest."""
    for line in project.lines_of("row", GLANCE):
        date = subject(line.cells[0])
        rows = [row for row in final_rows(project, FIGURES) if subject(row.cells[0]) == date]
        for column, name in enumerate(COUNTS if rows else [], 1):
            final = [number for row in rows for number in numbers_in(row, column)]
            expected = sorted({min(final), max(final)}) if final else []
            if numbers_in(line, column) != expected:
                span = "–".join(map(str, expected)) or "no number"
                message = f"{name} is {span} by the rows of “{FIGURES}” without “{INTERIM}”"
                yield line.number, f"{message}, not so here; correct one of the two"
    for row in project.lines_of("row", FIGURES):
        if not re.match(r"\d+[a-z\d ]* [A-Z][a-z]+,|All |The ", row.cells[0]):
            yield row.number, "a row that no range counts; begin it as “28 October, …” or “All …”"


def numbers_in(row, column):
    """Return the numbers in a cell of a row; none where the row is too short."""
    cell = "".join(row.cells[column : column + 1])
    return [int(number) for number in re.findall(r"\d+", re.sub(r"\(.*?\)|(?<=\d),", "", cell))]


def columns(project):
    """The tables of figures count the killed first; each row has as many cells as its head."""
    head = []
    for line in project.lines:
        if line.kind == "head":
            head = line.cells
            if line.part in (GLANCE, FIGURES) and head[1:3] != COUNTS:
                yield line.number, f"columns 2 and 3 are not {' and '.join(COUNTS)}; put them back"
        elif line.kind == "row" and len(line.cells) != len(head):
            count = f"{len(line.cells)} cells where the table has {len(head)}"
            yield line.number, rf"{count}; add or delete a | (in a text it is \|)"


def too_long(project):
    """A summary that grows is no summary."""
    for count, limit, name in zip(length(project), (TEXT_LIMIT, TABLE_LIMIT), ("text", "tables")):
        if count > limit:
            yield 1, f"{count:,} words of {name}, {count - limit:,} too many; shorten something"


# The words


def loaded_word(project):
    """The page judges nobody; a speaker's judgement stands in quotation marks."""
    texts = [(line.number, line.text) for line in project.lines]
    for description in project.page.xpath("//meta[@name='description']/@content"):
        texts.append((locate(project, "site_description", SETTINGS), description))
    for place, text in texts:
        # The title of a source is its publisher's.
        own = re.sub(r"\[[^^].*?\]\(\S*\)", "", without_quotations(text))
        if found := re.search(rf"\b({LOADED})\w*", own, re.IGNORECASE):
            yield place, f"“{found[0]}” judges; choose a plain word, or quote a speaker who used it"


def open_quotation(project):
    """Where a quotation ends must be plain."""
    for line in project.lines:
        rest = re.sub("„[^“]*“", "", line.text)  # German titles
        signs = "".join(re.findall('[“”"]', rest))
        if signs.replace("“”", "").replace('""', ""):
            yield line.number, "a quotation mark without its partner; write “ before and ” behind"


def unknown_character(project):
    """Nothing that a reader cannot see, and no letter that only looks like another."""
    advice = "it may be unseen or a look-alike; type it anew, or add it to tests/rules.py"
    for number, line in enumerate(read_text(project.root / PAGE).split("\n"), 1):
        shown = re.sub(r"&#?\w+;", lambda entity: html.unescape(entity[0]), line)
        for sign in sorted(set(shown)):
            if not re.match(CHARACTERS, sign):
                yield number, f"{sign!a} is {unicodedata.name(sign, 'unknown')}: {advice}"


def left_over(project):
    """What was meant as Markdown and is none would be printed as it stands."""
    signs = r"\]\(|\]\[|\*\*|~~|^\s*(?:\[[ xX]\]|\d{1,3}[.)]|[-*+]|\||#+)\s|(?<!\S)https?://"
    for element in project.page.cssselect("main p, main li, main td, main h2, main h3"):
        text = re.sub(r"\[\d+\]", "", element.text_content())
        if found := re.search(signs, text, re.MULTILINE):
            shown = text[found.start() :].strip().splitlines()[0][:40]
            message = f"“{shown}” is printed as it stands; close or delete the sign"
            yield locate(project, shown[:12]), f"{message}, or put an empty line above"


def markup(project):
    """The page is plain Markdown, which MkDocs and a code-hosting site show alike."""
    for line in project.lines:
        if found := re.search(r"!\[(?!\^)|</?(?!http)[a-zA-Z!][^\s>]*>?|`", line.text):
            yield line.number, f"{found[0]} is no plain text; delete it, or write words"
    for code in project.page.cssselect("main pre"):
        start = code.text_content().strip().splitlines()[0]
        yield locate(project, start), f"“{start[:40]}” is indented like code; delete the spaces"


# The site


def one_page(project):
    """The site is one page, and nothing beside it but what hosting needs."""
    docs = project.root / "docs"
    for path in sorted(docs.rglob("*")):
        name = path.relative_to(docs).as_posix()
        if path.is_file() and name not in FILES and not name.startswith("."):
            message = f"no file for a site of one page; delete it, or move its text to {PAGE}"
            yield f"docs/{name}:1", message


RULES = [
    unsourced,
    two_sentences,
    undefined_source,
    unused_source,
    duplicate_source,
    incomplete_source,
    bad_address,
    link_away,
    parts,
    missing,
    ranges,
    columns,
    too_long,
    loaded_word,
    open_quotation,
    unknown_character,
    left_over,
    markup,
    one_page,
]


def find_problems(project):
    """Return (FILE:LINE, rule, message) of each problem of the project, each once."""
    found = []
    for rule in RULES:
        for where, message in rule(project):
            place = f"{PAGE}:{where}" if isinstance(where, int) else where
            found.append((place, rule.__name__, message))
    return list(dict.fromkeys(found))
