"""The rules of the page: what is certain. Judgement is left to people.

A rule yields (where, message): the number of a line of the page, or (FILE, LINE).
To add one: a function here, its name in STRUCTURE or CONTENT, bad edits in bad.md, good ones in
specimen.md. What the rules ask of editors stands in README.md, under “Change the page”.
"""

import html
import re
import unicodedata
from itertools import zip_longest

from project import MARKER, PAGE, SETTINGS, read_text

# The parts of the page, in their order.
PARTS = [
    "The war",
    "Killed and wounded",
    "The attacks",
    "What is not settled",
    "Both sides of the front line",
    "Responses, investigations and courts",
    METHOD := "How this page was made",
    SOURCES := "Sources",
]
WORD_LIMIT = 2_000

# How a source's key begins, and the kind of source that it shows.
SOURCE_KINDS = {
    "ind": "Independent organisation",
    "org": "International organisation",
    "court": "Court",
    "party": "Party to the conflict",
    "state": "Another state",
    "press": "News report",
    "ref": "Encyclopedia",
}
# [Title [part 2]](https://example.org/a_(b)); the group is the address.
LINK = r"\[(?:[^\[\]]|\[[^\[\]]*\])+\]\(((?:[^\s()]|\([^\s()]*\))*)\)"
EXAMPLE_SOURCE = (
    "[^press-example]: Example News, [Title](https://example.org), 2 May 2020. News report."
)
DATED = rf"[^\[]*{LINK}, (?:[^\[.]*\b\d{{4}}\b[^\[.]*|no date)\."  # up to “2 May 2020.”
# What stands behind the key of a source, each with what is before it.
SOURCE_PIECES = {
    "a colon behind it": ":",
    "a title with its address, as “[Title](https://example.org)”": rf"[^\[]*{LINK}",
    "the publisher, as “Example News, ” before the title": r": *[^\[\s][^\[]*, \[",
    "the date, as “, 2 May 2020.” or “, no date.” behind the address": DATED,
}
ADDRESS = r"https?://[\w-]+(\.[\w-]+)+([/:?]|$)"  # https://example.org/report
BARE_ADDRESS = r"(?:https?://|www\.)\w\S*"  # not in a link
TRACKING = r"[?&](utm_\w+|\w*clid)="  # ?utm_source=x, &fbclid=x

# What the page itself looks for, and so may say, without a source, that it did not find.
TEXTS = (
    "account|answer|appeal|article|chapter|claim|comment|confirmation|copy|copies|count|date|decision"
    "|denial|explanation|figure|film|finding|investigation|judgment|list|original|outcome|page|passage"
    "|photograph|record|report|reply|replies|response|ruling|source|statement|text|total|translation"
    "|verdict|version|video"
)
# Not “found, since Armenia fired”, “found by the mayor”: that says more than the search.
FOUND = (
    r"(?:found|read|opened|checked|watched)\b"
    r"(?!.*(?:\b(?:because|but|by|said|since|while)\b|, and (?!no\b|.* could not be )))"
)
# “No reply to this was found”, “Nothing on the outcome could be read”; not “No rocket was found”.
NOT_ONE = (
    rf"(?:(?:no|nor|neither|none)\b.*\b(?:{TEXTS})s?|nothing (?:about|on))\b"
    rf".* (?:was|were|has been|have been|could be) {FOUND}"
)
# “Amnesty’s chapter on Barda could not be read”; not “It rained, and the report could not be read”.
NOT_THIS = rf"(?:[^\s,;:]+ ){{0,3}}(?:{TEXTS})s?\b.* (?:was not|were not|could not be) {FOUND}"

# “Rockets hit Barda” states something; “Killed and wounded” and “Who fired” do not.
STATES = (
    r"(?!\W*(?:How|Injured|Killed|Wh\w+|Wounded)\b).*\w"
    r" (?:is|are|was|were|has|have|had"
    r"|attacked|bombed|fired|hit|injured|killed|launched|shelled|struck|wounded)\b"
)
# What a full stop may follow without ending a sentence.
ABBREVIATIONS = (
    "Adm|Capt|Co|Col|Dr|Gen|Inc|Jr|Lt|Ltd|Maj|Mr|Mrs|Ms|Mt|Nos|Prof|Sgt|Sr|St"
    "|[Aa]rt|[Cc]h|[Nn]o|al|approx|ca|cf|fig|par|pp|sec|vol|vs|Jan|Feb|Aug|Sept?|Oct|Nov|Dec"
)
# “rained.”, “hard).”, “hard.)”; a single letter is an initial, as in “a.m.”
STOP = rf"(?:\b(?!(?:{ABBREVIATIONS}|[^\W\d_])\.)\w+|[^\w\s.])[.!?]+[”\")\]*]*"
# How a sentence ends and the next begins: on the same line, as “rained.[^press-old] It”; or on the
# next, but without a source, as “rained.” and “It”.
NEXT_SENTENCE = rf"{STOP}(?:(?: ?{MARKER})+[ \xa0]*|[ \xa0]+|\n)[“\"„(\[*]*(?P<letter>\w)"

QUOTATION = '[“„"](\\w?)[^”“"]*?(\\.?)[”“"]'  # “He left.”, „barbarisch“
# Beginnings of words that judge.
LOADED = (
    "aggressor|atrocit|barbar|butcher|genocid|heinous|heroic|liberat|martyr|massacr|occupier"
    "|slaughter|terroris|vicious"
)
# “a massacre”, “Terrorists fired”; else a capital letter makes a name, as “Liberation Army”.
JUDGES = rf"\b(?:{LOADED})\w*|^\W*(?i:{LOADED})\w*(?= [a-z])"
# What a reader would see of Markdown, or of a source, with an example of each.
LEFT_OVER = [
    r"(?:[*_\\]|~~)+\w*",  # **It rained
    r"\[[^\]]*$|^[^\[]*\]",  # [^press-old
    r"\]\(|\] \(http|\]\[",  # [rain](a b), [rain][weather]
    rf"[\[(]\^?(?:{'|'.join(SOURCE_KINDS)})-[\w-]+[\])]",  # (^press-old)
    r"^\[[ xX]\]|^\d+\)|^\s+#",  # - [ ] It rained, 1) It rained
]
# **rained**, *rained*, _rained_; not press_old
EMPHASIS = r"(\*\*?|(?<!\w)__?)(?=\S)([^*_]+)(?<=\S)\1"
# A tag, a picture or code: <b>, ![Rain](…), `rain`; not <https://example.org> or 5 < 7.
NOT_TEXT = r"!\[(?!\^)|</?(?!http)[a-zA-Z!][^\s>]*>?|`"
APART = {"text", "item", "head", "definition"}  # kinds of line with an empty one between them
UNSEEN = ("Cc", "Cf", "Cn", "Co", "Zl", "Zp")  # Unicode's categories
LOOK_ALIKE = {"ARMENIAN", "CYRILLIC", "GREEK", "LATIN"}


def lines_of(project, *kinds):
    """Return the lines of these kinds, without those on the method."""
    return [line for line in project.lines if line.kind in kinds and line.part != METHOD]


def statements(project):
    """Return the lines that need a source: text, items and rows, but no label above a list.

    A label ends in a colon, or is bold and states nothing: **Accusations and denials**.
    """
    found = []
    # Headings and definitions only end what stands above them.
    lines = lines_of(project, "text", "item", "head", "row", "heading", "definition")
    for line, below in zip_longest(lines, lines[1:]):
        text = line.text.rstrip()
        is_bold = re.fullmatch(r"(\*\*?|__?).*[^.]\1", text)
        is_label = text.endswith(":") or is_bold and not states_something(text)
        heads_list = below and (below.kind in ("item", "head") or below.text.startswith(">"))
        if line.kind in ("text", "item", "row") and not (is_label and heads_list):
            found.append(line)
    return found


def definitions(project):
    """Return (line, key, what stands behind the key) of each source."""
    for line in project.lines:
        if line.kind == "definition":
            yield line, *re.match(rf"\s*{MARKER}(.*)", line.text.replace("\n", " ")).groups()


def without_sign(text):
    """Return the text of a line without the sign of a list, and the spaces before it."""
    return re.sub(r"^\s*([-*+]|\d+\.) ", "", text)


def without_quotations(text):
    """Return a text with each quotation cut to its first letter, and the full stop at its end."""
    return re.sub(QUOTATION, r"“\1…\2”", text)


def printed(text):
    """Return a line's text without what Markdown reads: links, markers, emphasis, escapes."""
    text = re.sub(rf"\\[^\w\s]|{MARKER}|{LINK}", "", without_sign(text))
    return re.sub(EMPHASIS, r"\2", re.sub(EMPHASIS, r"\2", text))  # **bold and *more***


def cells(row):
    """Return the texts of a row's cells; the outer pipes may be left out, \\| is no border."""
    inner = re.sub(r"^\||(?<!\\)\|$", "", row.strip())
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", inner)]


def numbered_lines(project, name=PAGE):
    """Return (line number, text) of each line of a file. Raises CannotRun."""
    return enumerate(read_text(project.root / name).split("\n"), 1)


def count_words(project):
    """Return the number of words, without headings, markers, method and sources."""
    text = " ".join(line.text for line in lines_of(project, "text", "item", "head", "row"))
    return len(re.findall(r"\S*\w\S*", re.sub(rf"{MARKER}|\|", " ", text)))


def states_something(text):
    """Whether a heading or a label states something."""
    return bool(re.match(STATES, text))


def is_absence(text):
    """Whether a text only says what the page itself did not find, which no source can show."""
    label, colon, rest = text.partition(": ")  # “What is open: no reply was found”
    own = rest if colon and not states_something(label) else text
    return bool(re.match(f"{NOT_ONE}|{NOT_THIS}", own, re.IGNORECASE))


def unseen(project):
    """Nothing that a reader cannot see, and no letter that only looks like another."""
    for number, line in numbered_lines(project):
        shown = re.sub("(?<=[\u0600-\u097f])[\u200c\u200d]", "", html.unescape(line))
        for sign in sorted(set(shown)):
            if unicodedata.category(sign) in UNSEEN:
                name = "a tab" if sign == "\t" else unicodedata.name(sign, "an unknown sign")
                yield number, f"{name} ({sign!a}) cannot be seen; delete it, or write spaces"
        for word in re.findall(r"[^\W\d_]+", shown):
            scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in word} & LOOK_ALIKE
            if len(scripts) > 1:
                yield number, f"“{word}” mixes letters: {', '.join(sorted(scripts))}; type it anew"


def parts(project):
    """The parts that readers and links know, in their order; other rules rest on them."""
    headings = [line for line in project.lines if re.match("##(?!#)", line.text)]
    for line, part in zip_longest(headings, PARTS):
        if not line or line.part != part:
            there, here = line.part if line else "nothing", part or "nothing"
            message = f"“{there}” stands where “{here}” belongs; compare PARTS in tests/rules.py"
            yield line.number if line else 1, message
            return


def blocks(project):
    """Text, lists and tables are apart: MkDocs asks for that, code-hosting sites do not."""
    for above, line in zip(project.lines, project.lines[1:]):
        if line.kind == "code" or line.kind == "row" and line.text.startswith("    "):
            yield line.number, "it is indented like code; delete the spaces"
        elif line.kind == "underline" and above.kind != "empty":
            yield line.number, "it makes a heading of the line above; delete it"
        elif line.kind == "definition" and line.text.startswith("    "):
            yield line.number, "a source's definition is not indented; delete the spaces"
        elif above.kind != line.kind != "definition" and {above.kind, line.kind} <= APART:
            yield line.number, "put an empty line above; or, if it goes on, spaces before it"


def nesting(project):
    """An item below another: MkDocs asks for four spaces, code-hosting sites for two."""
    lines = [line for line in project.lines if line.kind != "empty"]
    for above, line in zip(lines, lines[1:]):
        spaces = [len(text) - len(text.lstrip()) for text in (above.text, line.text)]
        if above.kind == line.kind == "item" and spaces[0] != spaces[1] and spaces[1] % 4 > 1:
            yield line.number, "write four spaces before an item that is part of the one above"


def table(project):
    """As many cells in each row as in its head: MkDocs moves and deletes figures in silence."""
    width = 0
    for line in project.lines:
        row = cells(line.text)
        if line.kind == "head":
            width = len(row)
        elif line.kind not in ("delimiter", "row"):
            width = 0
        elif not width:
            width = len(row)
            yield (
                line.number,
                "no table begins here; delete an empty line above, or write its head and |---|",
            )
        elif len(row) != width:
            message = f"cells in row “{row[0][:30]}”: {len(row)}, in its head: {width}"
            yield line.number, f"{message}; make them as many, or put an empty line above"
        elif "" in row:
            column = row.index("") + 1
            yield (
                line.number,
                f"row “{row[0]}” has nothing in cell {column}; fill it, or delete a |",
            )


def plain_markdown(project):
    """The page is plain Markdown, with nothing left over."""
    for line in project.lines:
        if found := re.search(NOT_TEXT, line.text):
            yield line.number, f"{found[0]} is no plain text; delete it, or write words"
        if found := re.match(
            r"\s*\d\d+\. ", line.text
        ):  # a list counts from 1, whatever is written
            yield line.number, f"“{found[0].strip()}” would be printed as 1.; begin otherwise"
        for form in LEFT_OVER:
            if found := re.search(form, printed(line.text)):
                message = "is printed as it stands; close it or delete it"
                yield line.number, f"“{found[0].strip()[:30]}” {message}"
        if re.search('[“”„"]', re.sub(f"{LINK}|{QUOTATION}", "", line.text)):
            yield line.number, "a quotation mark without its partner; write “ before and ” behind"


def headings(project):
    """Below the parts stand only dates and places."""
    titles = 0
    for line in project.lines:
        signs, space, text = re.match(r"(#*)(\s*)(.*)", line.text).groups()
        titles += len(signs) == 1
        if signs and not space:
            yield line.number, "write a space behind #"
        elif len(signs) > 3 or len(signs) == 1 and titles > 1:
            yield line.number, f"“{text}” is no heading here; write ### and a date or place"
        elif len(signs) == 3 and states_something(text):
            yield line.number, f"“{text}” states something; write only a date or place"


def attribution(project):
    """A reader must see who says it; only what was not found is the page's own word."""
    for line in statements(project):
        text = " ".join(without_sign(line.text).strip(" |").split())
        rest = re.sub(rf".*{MARKER}", "", text).strip(" )*_")  # behind the last marker
        has_marker = rest != text
        if line.kind == "row" and has_marker and not re.search(r"\d", rest):
            continue  # “none reported” behind a cell that has a source
        if rest and not is_absence(rest.split("|")[-1].strip()):
            end = " ".join(text.split()[-6:])
            message = "end it with its marker, as [^press-example]; or write “No reply was found”"
            yield line.number, f"no source behind “{end}”; {message}"


def one_sentence(project):
    """One sentence a line, so that each shows its own source; a table row may hold several."""
    for line in statements(project):
        own = without_quotations(without_sign(line.text))
        begins = [not found["letter"].islower() for found in re.finditer(NEXT_SENTENCE, own)]
        if line.kind != "row" and any(begins):
            yield line.number, "two sentences; give each a line of its own, with its source"


def unmatched_source(project):
    """Each marker has one source, and each source a sentence; MkDocs says nothing of it."""
    defined, cited = {}, {}
    for line, key, _ in definitions(project):
        if defined.setdefault(key, line.number) != line.number:
            message = f"stands on line {defined[key]} already; keep one of the two"
            yield line.number, f"[^{key}] {message}"
    for line in project.lines:
        for key in re.findall(MARKER, line.text) if line.kind != "definition" else []:
            cited.setdefault(key, line.number)
    missing = [key for key in cited if key not in defined]
    for key in missing:
        message = "has no definition; correct it, or add one under Sources, as"
        yield cited[key], f"[^{key}] {message} {EXAMPLE_SOURCE}"
    for key in defined.keys() - cited.keys() if not missing else []:  # one may be what was meant
        yield defined[key], f"no sentence rests on [^{key}]; cite it, or delete this line"


def incomplete_source(project):
    """Whoever doubts a sentence must be able to find its source, and see its age and kind."""
    for line, key, text in definitions(project):
        kind = SOURCE_KINDS.get(key.split("-")[0])
        lacks = [piece for piece, form in SOURCE_PIECES.items() if not re.match(form, text)]
        if line.part != SOURCES:
            yield line.number, f"[^{key}] is defined outside {SOURCES}; move the line there"
        elif kind is None:
            yield line.number, f"[^{key}] shows no kind; begin it with {'-, '.join(SOURCE_KINDS)}-"
        elif re.search(r"\s", key):
            yield line.number, f"[^{key}]: code-hosting sites read no space in a key; delete it"
        elif lacks:
            yield line.number, f"[^{key}] lacks {lacks[0]}"
        elif not re.match(rf"{DATED} {kind}\.( |$)", text):
            yield line.number, f"[^{key}] lacks its kind, “{kind}.” behind the date"


def address(project):
    """Only sources lead away, to a plain address that tells nobody who sent the reader."""
    for line in project.lines:
        links = [link for link in re.findall(LINK, line.text) if not link.startswith("#")]
        bare = re.findall(BARE_ADDRESS, printed(line.text))
        strange = [link for link in links if not re.match(ADDRESS, link)]
        strange += [link for link in links if re.search(TRACKING, link)]
        if line.kind != "definition" and links + bare:
            yield line.number, f"{(links + bare)[0]} stands in the text; make it a source"
        elif bare:
            yield line.number, f"{bare[0]} stands alone; write [title](address)"
        elif strange:
            message = "write https://, host and path, no tracking"
            yield line.number, f"{strange[0]} is no plain address; {message}"


def too_long(project):
    """A summary that grows is no summary."""
    if (more := count_words(project) - WORD_LIMIT) > 0:
        yield 1, f"{more:,} words too many, of text and table; shorten something"


def one_markdown_page(project):
    """Every word of the site stands on its one page."""
    for path in (project.root / "docs").rglob("*.m*d*"):
        if (name := path.relative_to(project.root).as_posix()) != PAGE:
            yield (name, 1), f"a second page; move its text to {PAGE}, and delete it"


def loaded_word(project):
    """The page judges nobody; a speaker's judgement stands in quotation marks."""
    places = [(line.number, line.text) for line in project.lines]
    places += [((SETTINGS, number), text) for number, text in numbered_lines(project, SETTINGS)]
    for place, text in places:
        if found := re.search(JUDGES, without_quotations(re.sub(LINK, "", text))):
            word = found[0].strip(" #*->")
            yield place, f"“{word}” judges; choose a plain word, or quote a speaker who used it"


# In the order in which a line is read; the first that finds something there speaks alone.
STRUCTURE = [unseen, parts, blocks, nesting, table, plain_markdown]
CONTENT = [
    headings,
    attribution,
    one_sentence,
    unmatched_source,
    incomplete_source,
    address,
    too_long,
    one_markdown_page,
    loaded_word,
]


def find_problems(project):
    """Return (FILE:LINE, rule, message) of each line with a problem. Raises CannotRun.

    What breaks the structure comes first; then all is in the order of the lines.
    """
    # Without its parts a page cannot be read any further.
    rules = [unseen, parts] if any(parts(project)) else STRUCTURE + CONTENT
    found = {}
    for rule in rules:
        for where, message in rule(project):
            place = (PAGE, where) if isinstance(where, int) else where
            found.setdefault(place, (rule in CONTENT, place, rule.__name__, message))
    return [(f"{file}:{line}", *rest) for _, (file, line), *rest in sorted(found.values())]
