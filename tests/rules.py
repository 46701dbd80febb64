"""The rules of the page: what is certain. Judgement is left to people.

A rule yields (where, message): the number of a line of the page, or FILE:LINE.
To add one: a function here, its name in RULES, bad edits in bad.md, good ones in specimen.md.
"""

import html
import re
import unicodedata

from project import MARKER, PAGE, SETTINGS, read_text

# The parts of the page, in their order.
PARTS = [
    "At a glance",
    "The attacks",
    "What is not settled",
    "The war, on both sides of the front line",
    "Responses and investigations",
    METHOD := "How this page was made",
    "Sources",
]
WORD_LIMIT = 1_600

# How a source's key begins, and the kind of source that it shows.
SOURCE_KINDS = {
    "inv": "Independent investigation",
    "org": "International organisation",
    "party": "Party to the conflict",
    "state": "Another state",
    "press": "News report",
    "ref": "Encyclopedia",
}
KEY = rf"(?:{'|'.join(SOURCE_KINDS)})-[\w-]+"
DEFINITION = "[^key]: Publisher, [title](address), date. Kind. How it was read."
ADDRESS = r"https?://[\w-]+(\.[\w-]+)+([/:?]|$)"
TITLE = r"\[[^^].*?\]\(\S*\)"  # of a source, in its publisher's words
TRACKING = r"[?&](utm_\w+|\w*clid)="

# The page's own word, which has no source, and verbs that make it a speaker's.
ABSENCE = r"([-*+] |\d+\. |; )?[Nn]o\b.*\b(was|were) found\b[^,;]*(, nor\b.*)?$"
SPEECH = r"\b(said|wrote|reported|told|announced|according|by)\b"
# What stands above a list.
LABEL = r"(?i)\**(accusations|denials|findings|and|to|[a-z]+ber|[, \d])+:?\**$"
# Words that make a heading a statement.
STATEMENT = r"\b(attacked|bombed|fired|hit|injured|killed|launched|shelled|struck|wounded)\b"
# Beginnings of words that judge.
LOADED = (
    "aggressor|atrocit|barbar|butcher|genocid|heinous|heroic|liberat|martyr|massacr|occupier"
    "|slaughter|terroris|vicious"
)
# Signs of Markdown, or of a source, that a reader would see.
LEFT_OVER = (
    rf"\]\(|\]\[|\*\*|~~|^\s*(?:\[[ xX]\]|\d{{1,3}}[.)]|[-*+]|\||#+)\s|(?<!\S)https?://"
    rf"|[\[(]\^?{KEY}[\])]"
)
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Zl", "Zp")  # Unicode's categories
LOOK_ALIKE = {"ARMENIAN", "CYRILLIC", "GREEK", "LATIN"}


def summary(project, *kinds):
    """Return the lines of these kinds, without those on the method."""
    return [line for line in project.lines if line.kind in kinds and line.part != METHOD]


def statements(project):
    """Return the lines that need a source: text, list items and table rows."""
    lines = summary(project, "text", "item", "row")
    return [line for line in lines if not re.match(LABEL, line.text)]


def definitions(project):
    """Return (line number, key, text) of each source."""
    for line in project.lines:
        if found := re.match(rf" {{0,3}}{MARKER}:\s*(.*)", line.text):
            yield line.number, *found.groups()


def texts(project, path):
    """Return the text of the elements at an XPath, without the markers' numbers."""
    elements = project.page.xpath(path)
    return [re.sub(r"\[\d+\]", "", element.text_content()) for element in elements]


def without_quotations(text):
    """Return a text with its quotations emptied."""
    return re.sub('“[^”]*”|„[^“]*“|"[^"]*"', "“”", text)


def numbered(project, name=PAGE):
    """Return (line number, text) of each line of a file."""
    return enumerate(read_text(project.root / name).split("\n"), 1)


def locate(project, text):
    """Return the number of the page's first line that holds the text, or 1."""
    return next((number for number, line in numbered(project) if text in line), 1)


def length(project):
    """Return the number of words, without headings, markers, method and sources."""
    text = " ".join(line.text for line in summary(project, "text", "item", "head", "row"))
    return len(re.findall(r"\S*\w\S*", re.sub(rf"{MARKER}|\|", " ", text)))


def attribution(project):
    """A reader must see who says it; only what was not found is the page's own word."""
    for line in statements(project):
        text = line.text.strip(" |")
        rest = re.sub(rf".*({MARKER}|\|)", "", text).strip()
        if rest and not re.match(ABSENCE, rest):
            end = " ".join(text.split()[-6:])
            message = "end it with its marker, as [^press-example], or indent what goes on"
            yield line.number, f"no source behind “{end}”; {message}"
        if not rest and re.match(ABSENCE, text) and not re.search(SPEECH, text):
            yield line.number, "no source can show that nothing was found; delete the marker"


def one_sentence(project):
    """One sentence a line, so that each shows its own source; a table row may hold several."""
    stop = rf"[.!?][”)]?({MARKER})+|(\d{{4}}|[a-zə]{{4}}|[”)])[.!?]"
    for line in statements(project):
        own = without_quotations(line.text)
        if line.kind != "row" and re.search(rf"({stop}) +[A-ZÇƏĞİÖŞÜ“]", own):
            yield line.number, "two sentences; give each a line of its own, with its source"


def unmatched_source(project):
    """Each marker has one source, and each source a sentence; MkDocs says nothing of it."""
    cited, defined = set(), {}
    for number, key, _ in definitions(project):
        if defined.setdefault(key, number) != number:
            yield number, f"[^{key}] stands on line {defined[key]} already; keep one of the two"
    for line in project.lines:
        keys = re.findall(MARKER, line.text) if line.kind != "definition" else []
        cited.update(keys)
        for key in set(keys) - set(defined):
            yield line.number, f"[^{key}] has no definition; correct it, or add {DEFINITION}"
    for key in set(defined) - cited:
        yield defined[key], f"no sentence rests on [^{key}]; cite it, or delete this line"


def incomplete_source(project):
    """Whoever doubts a sentence must be able to find its source, and see its age and kind."""
    form = r"[^\[]+, \[.+?\]\(\S+\), (?:[^\[.]*\b\d{4}\b[^\[.]*|no date)\. ([A-Z][a-z ]+)\.( |$)"
    for number, key, text in definitions(project):
        kind, found = SOURCE_KINDS.get(key.split("-")[0]), re.match(form, text)
        if kind is None:
            yield number, f"[^{key}] shows no kind; begin it with {'-, '.join(SOURCE_KINDS)}-"
        elif not found:
            yield number, f"[^{key}] does not have this form: {DEFINITION}"
        elif found[1] != kind:
            yield number, f"“{found[1]}” here, but [^{key}] means “{kind}”; correct one of the two"


def address(project):
    """Only sources lead away, to a plain address that tells nobody who sent the reader."""
    sources = " ".join(text for _, _, text in definitions(project))
    for link in project.page.xpath("//main//a[not(@class)]/@href[not(starts-with(., '#'))]"):
        if f"({link})" not in sources:
            yield locate(project, link), f"{link} stands in the text; make it a source"
        elif not re.match(ADDRESS, link) or re.search(TRACKING, link):
            message = "write https://, host and path, no tracking"
            yield locate(project, link), f"{link} is no plain address; {message}"


def headings(project):
    """The parts that readers and links know, and below them only dates and places."""
    found = texts(project, "//main//h2")
    strange = texts(project, "//main//h1[position() > 1] | //h4 | //h5 | //h6")
    strange += [text for text in texts(project, "//h3") if re.search(STATEMENT, text)]
    for text in {*strange, *found} - set(PARTS):
        message = "is no heading here; write ### and a date or place, or add a part to PARTS"
        yield locate(project, text), f"“{text}” {message} in tests/rules.py"
    if [part for part in found if part in PARTS] != PARTS:
        yield 1, f"a part is missing, or out of order; they are: {'; '.join(PARTS)}"


def too_long(project):
    """A summary that grows is no summary."""
    if (more := length(project) - WORD_LIMIT) > 0:
        yield 1, f"{more:,} words too many, of text and table; shorten something"


def one_markdown_page(project):
    """Every word of the site stands on its one page."""
    for path in (project.root / "docs").rglob("*.m*d*"):
        if (name := path.relative_to(project.root).as_posix()) != PAGE:
            yield f"{name}:1", f"a second page; move its text to {PAGE}, and delete it"


def loaded_word(project):
    """The page judges nobody; a speaker's judgement stands in quotation marks."""
    places = [(line.number, line.text) for line in project.lines]
    places += [(f"{SETTINGS}:{number}", text) for number, text in numbered(project, SETTINGS)]
    for place, text in places:
        own = without_quotations(re.sub(TITLE, "", text))
        # A capital letter makes a name, as in Liberation Army, but not where a sentence begins.
        own = re.sub(r"^\W*\w+ (?=[a-z])", lambda beginning: beginning[0].lower(), own)
        if found := re.search(rf"\b({LOADED})\w*", own):
            yield place, f"“{found[0]}” judges; choose a plain word, or quote a speaker who used it"


def unseen(project):
    """Nothing that a reader cannot see, and no letter that only looks like another."""
    for number, line in numbered(project):
        shown = re.sub("(?<=[\u0600-\u097f])[\u200c\u200d]", "", html.unescape(line))
        for sign in sorted(set(shown)):
            if unicodedata.category(sign) in UNSEEN:
                name = unicodedata.name(sign, "an unknown sign")
                yield number, f"{name} ({sign!a}) cannot be seen; delete it, or write a space"
        for word in re.findall(r"[^\W\d_]+", shown):
            scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word} & LOOK_ALIKE
            if len(scripts) > 1:
                yield number, f"“{word}” mixes letters: {', '.join(sorted(scripts))}; type it anew"


def plain_markdown(project):
    """The page is plain Markdown, alike in MkDocs and on a code-hosting site, nothing left over."""
    for line in project.lines:
        if found := re.search(r"!\[(?!\^)|</?(?!http)[a-zA-Z!][^\s>]*>?|`", line.text):
            yield line.number, f"{found[0]} is no plain text; delete it, or write words"
        if re.search('[“”„"]', without_quotations(re.sub(TITLE, "", line.text)).replace("“”", "")):
            yield line.number, "a quotation mark without its partner; write “ before and ” behind"
    for code in texts(project, "//main//pre"):
        start = code.strip().split("\n")[0]
        yield locate(project, start), f"“{start}” is indented like code; delete the spaces"
    for text in texts(project, "//main//*[self::p or self::li or self::td]"):
        if found := re.search(rf"({LEFT_OVER}).*", text, re.MULTILINE):
            message = "is printed as it stands; close or delete it, or put an empty line above"
            yield locate(project, found[0].strip()[:20]), f"“{found[1].strip()}” {message}"


RULES = [
    attribution,
    one_sentence,
    unmatched_source,
    incomplete_source,
    address,
    headings,
    too_long,
    one_markdown_page,
    loaded_word,
    unseen,
    plain_markdown,
]


def find_problems(project):
    """Return (FILE:LINE, rule, message) of each problem of the project, each once."""
    found = []
    for rule in RULES:
        for where, message in rule(project):
            place = f"{PAGE}:{where}" if isinstance(where, int) else where
            found.append((place, rule.__name__, message))
    return list(dict.fromkeys(found))
