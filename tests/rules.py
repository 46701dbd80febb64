"""The rules of the page: what is certain. Judgement is left to people.

Each rule takes a Project and yields (line number, message), or ("FILE:LINE", message) where it is
not the page that has to be mended. To add one: a function here, its name in RULES, and two bad
edits and a good one in test_rules.py.
"""

import html
import re
from urllib.parse import parse_qsl, urlsplit

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
    SOURCES := "Sources",
]
DATES = ["27 October", "28 October", "7 November"]
PARTIES = ["Azerbaijan", "Armenia", "Nagorno-Karabakh authorities"]
COUNTS = ["Killed", "Wounded"]
# Rows of the casualty figures that say so were soon overtaken, and stay out of the ranges.
INTERIM = "first counts"

# The prefix of a source's key, and the kind of source that it stands for.
KINDS = {
    "inv": "Independent investigation",
    "org": "International organisation",
    "party": "Party to the conflict",
    "state": "Another state",
    "press": "News report",
    "ref": "Encyclopedia",
}
DEFINITION = "[^key]: Publisher, [title](address), date. Kind. How it was read."
TRACKING = r"utm_\w+|[a-z]{0,2}clid|mc_[ce]id|igshid"
LICENCE = "https://creativecommons.org/licenses/by-sa/4.0/"

# Beginnings of words that judge: a speaker may use them, the page may not.
LOADED = (
    "aggressor|atrocit|barbar|butcher|genocid|heinous|heroic|liberat|martyr|massacr|occupier"
    "|slaughter|terroris|vicious"
)
# All characters of the page; whatever else it needs can be added here.
LETTERS = "ÀÁÂÄÇÈÉÊËÍÎÑÓÔÖÙÚÛÜàáâãäçèéêëíîïñóôöøùúûüßĞğİıŞşƏəŠšČčŽž"
SIGNS = "–—‘’“”…§°×½²³µ€£"
# What hosting needs beside the pages, and what MkDocs adds.
FILES = {"index.html", "404.html", "sitemap.xml", "sitemap.xml.gz", "CNAME", "robots.txt"}
TAGS = "h1 h2 h3 p ul ol li table thead tbody tr th td a sup em strong blockquote br hr div"
TEXT_LIMIT, TABLE_LIMIT = 1_800, 650  # words: a summary that grows is no summary


def keys_in(text):
    """Return the keys of the markers in a text."""
    return re.findall(MARKER, text)


def sourced_lines(project):
    """Return the lines that need a source: text, list items and table rows, not the method."""
    return [
        line
        for kind in ("text", "item", "row")
        for line in project.lines_of(kind)
        if line.section not in (METHOD, SOURCES)
    ]


def definitions(project):
    """Return (line, key, text) of each source."""
    lines = project.lines_of("definition")
    return [(line, *re.match(rf"\s*{MARKER}:\s*(.*)", line.text).groups()) for line in lines]


def without_quotations(text):
    return re.sub(r"“[^”]*”|\"[^\"]*\"", "“”", text)


def locate(project, text, *names):
    """Return FILE:LINE of the first line, in the named files, that holds the text."""
    for name in names:
        for number, line in enumerate(read_text(project.root / name).splitlines(), 1):
            if text in html.unescape(line):
                return f"{name}:{number}"
    return f"{names[0]}:1"


def words(lines):
    """Return how many words the lines have, without markers and cell borders."""
    return sum(len(re.sub(rf"{MARKER}|\|", " ", line.text).split()) for line in lines)


def length(project):
    """Return the words of running text and of tables."""
    text = [
        line for line in project.lines if line.kind in ("text", "item") and line.section != SOURCES
    ]
    return words(text), words(line for line in project.lines if line.kind == "row")


# Sources


def unsourced(project):
    """A reader must see who says it: each line, list item and table row ends in a marker."""
    for line in sourced_lines(project):
        if not re.search(rf"{MARKER}[\s|]*$", line.text):
            end = line.text.strip(" |")[-50:]
            yield (
                line.number,
                f"no source behind “{end}”; end it with a marker such as [^press-example]",
            )


def two_sentences(project):
    """One sentence a line, so that each shows its own source."""
    for line in sourced_lines(project):
        text = without_quotations(line.text)
        new = re.search(rf"([.!?][”)]?({MARKER})+|[a-zə]{{6}}[.!?]) +[A-ZƏ“]", text)
        if line.kind != "row" and new:
            rest = text[new.end() - 1 :][:30]
            yield (
                line.number,
                f"a second sentence, “{rest}”; put it on a line of its own, with its source",
            )


def undefined_source(project):
    """MkDocs prints a marker without a definition as it stands, and says nothing."""
    known = {key for _, key, _ in definitions(project)}
    for line in project.lines:
        for key in keys_in(
            line.text.split("]:", 1)[-1] if line.kind == "definition" else line.text
        ):
            if key not in known:
                yield (
                    line.number,
                    f"[^{key}] has no definition; correct it, or add under Sources: {DEFINITION}",
                )


def unused_source(project):
    """A source that supports no sentence would only look like support."""
    used = {
        key for line in project.lines if line.kind != "definition" for key in keys_in(line.text)
    }
    for line, key, _ in definitions(project):
        if key not in used:
            yield line.number, f"no sentence rests on [^{key}]; cite it, or delete this line"


def duplicate_source(project):
    """Of two definitions of a key, MkDocs drops the first, and says nothing."""
    first = {}
    for line, key, _ in definitions(project):
        if key in first:
            yield line.number, f"[^{key}] stands on line {first[key]} already; keep one of the two"
        first.setdefault(key, line.number)


def incomplete_source(project):
    """Whoever doubts a sentence must be able to find its source, and see its age and kind."""
    for line, key, text in definitions(project):
        form = re.match(
            r"[^\[]+, \[.+?\]\(\S+\), (?:[^\[]*\b\d{4}|no date)\. ([A-Z][a-z ]+)\.( |$)", text
        )
        kind = KINDS.get(key.split("-")[0])
        if kind is None:
            kinds = ", ".join(f"{prefix}- ({kind})" for prefix, kind in KINDS.items())
            yield (
                line.number,
                f"[^{key}] shows no kind of source; begin the key with one of {kinds}",
            )
        elif not form:
            yield (
                line.number,
                f"[^{key}] lacks a publisher, linked title, date or kind; write it as {DEFINITION}",
            )
        elif form[1] != kind:
            yield (
                line.number,
                f"[^{key}] is “{form[1]}” here, but its key means “{kind}”; correct one of the two",
            )


def address_problem(address):
    """Return what is wrong with an address on the web, or None."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return "it is not http:// or https:// with a host"
    spies = [name for name, _ in parse_qsl(parts.query) if re.fullmatch(TRACKING, name)]
    return f"it tells who sent the reader, with {', '.join(spies)}" if spies else None


def bad_address(project):
    """A source's link leads to the source, and tells nobody who sent the reader."""
    lines = {key: line.number for line, key, _ in definitions(project)}
    for item in project.site.page.cssselect(".footnote li"):
        links = item.cssselect("a:not(.footnote-backref)")
        for address in [link.get("href") for link in links]:
            if problem := address_problem(address):
                number = lines.get(item.get("id").removeprefix("fn-"), 1)
                yield number, f"{address} is no plain address: {problem}; correct it"


def stray_text(project):
    """Under Sources stand sources only: other text there is lost, or read as part of one."""
    for line in project.lines:
        if line.section == SOURCES and line.kind not in ("definition", "heading"):
            yield line.number, f"this is no source; delete it, or write it as {DEFINITION}"


def link_away(project):
    """Running text leads only to its sources: an address belongs into a definition."""
    for link in project.site.page.xpath("//main//a[not(ancestor::div)]"):
        address = link.get("href", "")
        if not address.startswith("#") and address != LICENCE:
            place = locate(project, address, PAGE)
            yield place, f"a link to {address} in running text; make it a source, and cite that"


# The shape of the page


def parts(project):
    """The page has one title and the parts that readers and links know, in their order."""
    titles = [
        line.text.strip("# ") for line in project.lines_of("heading") if line.text.startswith("## ")
    ]
    if titles != PARTS:
        wrong = next((title for title in titles if title not in PARTS), None)
        place = locate(project, f"## {wrong}", PAGE) if wrong else 1
        yield place, f"the parts are not, in this order: {'; '.join(PARTS)}; put them back"
    for line in [line for line in project.lines_of("heading") if line.text.startswith("# ")][1:]:
        yield (
            line.number,
            "a second title; begin the heading of a part of the page with ### instead",
        )


def attacks(project):
    """The same three attacks have a section, a row at a glance and a row of final figures each."""
    sections = [
        line for line in project.lines_of("heading", ATTACKS) if line.text.startswith("### ")
    ]
    for date in DATES:
        if not any(line.text.startswith(f"### {date}") for line in sections):
            yield locate(project, f"## {ATTACKS}", PAGE), f"no section “### {date}: …”; put it back"
        for part, rows in ((GLANCE, rows_at_a_glance(project)), (FIGURES, final_rows(project))):
            if not any(line.cells[0].startswith(f"{date},") for line in rows):
                place = locate(project, f"## {part}", PAGE)
                yield (
                    place,
                    f"no row that begins with “{date},” in the table of this part; put it back",
                )


def rows_at_a_glance(project):
    return project.lines_of("row", GLANCE)


def final_rows(project):
    return [line for line in project.lines_of("row", FIGURES) if INTERIM not in line.cells[0]]


def columns(project):
    """The tables of figures count the killed first; each row has as many cells as its head."""
    head = []
    for line in project.lines:
        if line.kind != "row":
            head = head if line.kind == "rule" else []
        elif not head:
            head = line.cells
            if line.section in (GLANCE, FIGURES) and head[1:3] != COUNTS:
                names = " and ".join(COUNTS)
                yield line.number, f"the second and third column are not {names}; put them back"
        elif len(line.cells) != len(head):
            count = f"{len(line.cells)} cells, its table {len(head)}"
            yield line.number, f"this row has {count}; add or delete a | (a | in the text is \\|)"


def ranges(project):
    """At a glance stands what the final figures span, from the lowest to the highest."""
    for line in rows_at_a_glance(project):
        date = line.cells[0].split(",")[0]
        rows = [row for row in final_rows(project) if row.cells[0].startswith(f"{date},")]
        for column, name in enumerate(COUNTS if rows else [], 1):
            numbers = sorted(number for row in rows for number in numbers_in(row, column))
            expected = sorted({*numbers[:1], *numbers[-1:]})
            if numbers_in(line, column) != expected:
                shown = " to ".join(map(str, expected)) or "no number"
                yield (
                    line.number,
                    (
                        f"{name} is {shown} by the final rows of “{FIGURES}”, not so here;"
                        f" correct one of the two (rows with “{INTERIM}” stay out)"
                    ),
                )


def numbers_in(line, column):
    """Return the numbers in a cell of a row; none where the row has no such cell."""
    return [int(number) for cell in line.cells[column:][:1] for number in re.findall(r"\d+", cell)]


def parties(project):
    """Each party to the conflict has its own row, whatever the others say of it."""
    first_cells = [line.cells[0] for line in project.lines_of("row", RESPONSIBLE)]
    for party in PARTIES:
        if not any(re.match(rf"{party}(,|$)", cell) for cell in first_cells):
            place = locate(project, f"## {RESPONSIBLE}", PAGE)
            yield place, f"no row that begins with “{party}” in the table of this part; put it back"


def too_long(project):
    """A summary that grows is no summary."""
    for count, limit, name in zip(length(project), (TEXT_LIMIT, TABLE_LIMIT), ("text", "tables")):
        if count > limit:
            yield 1, f"{count:,} words of {name}, {count - limit:,} too many; shorten something"


def last_read(project):
    """The footer's date is the one that the page gives for its sources."""
    date = str(project.site.settings["extra"].get("sources_read", ""))
    if not date or not any(date in line.text for line in project.lines if line.section == METHOD):
        place = locate(project, "sources_read", SETTINGS)
        yield place, f"“{date}” is not the date given under “{METHOD}”; make both the same"


# The words


def loaded_word(project):
    """The page judges nobody; a speaker's judgement stands in quotation marks."""
    description = project.site.settings["site_description"] or ""
    texts = [(line.number, line.text) for line in project.lines]
    texts.append((locate(project, "site_description", SETTINGS), description))
    for place, text in texts:
        # The title of a source is its publisher's.
        own = re.sub(r"\[[^\]]*\]\(\S*\)", "", without_quotations(text))
        if found := re.search(rf"\b({LOADED})\w*", own, re.IGNORECASE):
            yield place, f"“{found[0]}” judges; choose a plain word, or quote a speaker who used it"


def open_quotation(project):
    """Where a quotation ends must be plain."""
    for line in project.lines:
        signs = "".join(re.findall('[“”"]', line.text))
        if signs.replace("“”", "").replace('""', ""):
            yield line.number, "a quotation mark without its partner; write “ before and ” behind"


def unknown_character(project):
    """Nothing that a reader cannot see, and no letter that only looks like another."""
    for number, line in enumerate(read_text(project.root / PAGE).splitlines(), 1):
        for sign in sorted(set(html.unescape(line))):
            if not (" " <= sign <= "~" or sign in LETTERS + SIGNS):
                yield (
                    number,
                    (
                        f"{sign!a} (“{sign}”) may be unseen or look like another; type it anew,"
                        " write it as %XX in an address, or add it to tests/rules.py"
                    ),
                )


def left_over(project):
    """What was meant as Markdown and is none would be printed as it stands."""
    signs = r"\]\(|\]\[|\*\*|~~|`|\[[ xX]\]|^\s*(?:\d+[.)]|[-*+]|\||#+)\s"
    for element in project.site.page.cssselect("main p, main li, main td, main h2, main h3"):
        text = re.sub(r"\[\d+\]", "", element.text_content())
        if found := re.search(signs, text, re.MULTILINE):
            shown = text[found.start() :].strip().splitlines()[0][:40]
            yield (
                locate(project, shown[:12], PAGE),
                (
                    f"“{shown}” is printed as it stands; write it as plain Markdown,"
                    " with an empty line above a list or table"
                ),
            )


# The site


def markup(project):
    """The page is written in Markdown alone."""
    for element in project.site.page.cssselect("main *:not(pre *)"):
        if element.tag not in TAGS.split():
            text = element.text_content().strip().splitlines()
            place = locate(project, text[0] if text else f"<{element.tag}", PAGE)
            yield (
                place,
                f"<{element.tag}> is more than the page needs; write plain text, not indented",
            )


def one_request(project):
    """The page and the not-found page load nothing, run nothing and ask for nothing."""
    theme = [f"docs/theme/{path.name}" for path in sorted(project.root.glob("docs/theme/*.*"))]
    for page in (project.site.page, project.site.not_found):
        for text in more_than_text(page):
            place = locate(project, text, PAGE, *theme)
            yield place, f"{text} loads or runs something; the page is one request: delete it"


def more_than_text(page):
    """Return what an HTML page loads or runs: tags, addresses, scripts, rules of style."""
    found = [f"<{e.tag}" for e in page.iter("script", "iframe", "object", "form", "img", "base")]
    found += page.xpath("//link[not(@rel='canonical') and not(starts-with(@href, 'data:'))]/@href")
    found += page.xpath("//@*[starts-with(name(), 'on')]")
    found += [
        a for a in page.xpath("//a/@href") if re.match(r"\s*(java|vb)script:", a, re.IGNORECASE)
    ]
    style = "".join(page.xpath("//style/text()"))
    return found + re.findall(r"@import|@font-face|url\(", style)


def one_page(project):
    """The site is one page, and nothing beside it but what hosting needs."""
    for name in sorted(project.site.files - FILES):
        place = f"docs/{name.replace('/index.html', '.md')}:1"
        yield place, f"the site has one page; move what this says to {PAGE}, and delete it"


def mkdocs_warning(project):
    """What MkDocs itself warns of, dead links among them: a site is published without warnings."""
    # Of a source that nothing cites, unused_source speaks.
    for warning in [text for text in project.site.warnings if "#fnref-" not in text]:
        quoted = re.findall(r"'([^']+)'", warning)
        place = locate(project, quoted[-1] if quoted else warning, PAGE, SETTINGS)
        yield place, f"MkDocs warns: {warning}; mend what it names"


RULES = [
    unsourced,
    two_sentences,
    undefined_source,
    unused_source,
    duplicate_source,
    incomplete_source,
    bad_address,
    stray_text,
    link_away,
    parts,
    attacks,
    columns,
    ranges,
    parties,
    too_long,
    last_read,
    loaded_word,
    open_quotation,
    unknown_character,
    left_over,
    markup,
    one_request,
    one_page,
    mkdocs_warning,
]


def find_problems(project):
    """Return (FILE:LINE, rule, message) of each problem of the project, each once."""
    found = [(where, rule.__name__, message) for rule in RULES for where, message in rule(project)]
    named = [
        (f"{PAGE}:{where}" if isinstance(where, int) else where, *what) for where, *what in found
    ]
    return list(dict.fromkeys(named))
