"""A real Chromium reads the built page."""

import base64
import gzip
import io
import os
import re
import signal
import subprocess
import sys
import unicodedata

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from pypdf import PdfReader

from test_rules import PAGE, ROOT, copy_project

WIDE, NOTEBOOK, TABLET, PHONE, SMALL = (1440, 900), (1180, 800), (768, 1024), (390, 844), (320, 640)
SIZES = [WIDE, NOTEBOOK, TABLET, PHONE, SMALL]
MARKER, CARD, WAY_BACK = ".footnote-ref", ".footnote li:target", ".footnote-backref"
# What nobody is to see: where the contents stand in the margin, where they are folded, on paper.
IN_MARGIN, FOLDED = ".skip, .close, summary", ".skip, .close, nav ol"
ON_PAPER = f".skip, .close, nav, {WAY_BACK}"

# Finds the lines of text in the elements `shown`, without those `hidden`: what they say, their
# box, and whether they are uncovered, so that a click at their start and end would reach them.
LINES = """([shown, hidden]) => {
  const lines = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, text = node.data.trim(), element = node.parentElement;
    if (!/[^.,;:]/.test(text) || !element.closest(shown) || element.closest(hidden)) continue;
    const range = new Range(), start = node.data.indexOf(text);
    range.setStart(node, start);
    range.setEnd(node, start + text.length);
    const boxes = [...range.getClientRects()];
    for (const {x, y, width, height} of boxes.length ? boxes : [new DOMRect()]) {
      const hit = x => element.contains(document.elementFromPoint(x, y + height / 2));
      const uncovered = hit(x + Math.min(3, width / 2)) && hit(x + width - Math.min(3, width / 2));
      lines.push({text, box: [x, y, width, height], uncovered});
    }
  }
  return lines;
}"""

# Measures boxes of a picture: the luminance of their darkest and lightest point, and the mean.
LIGHT = """async ([picture, boxes]) => {
  const image = await createImageBitmap(await (await fetch(picture)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const light = Array.from({length: 256}, (_, value) => (value / 255) ** 2.2);
  return boxes.map(box => {
    const {data} = canvas.getImageData(...box);
    let darkest = 1, lightest = 0, sum = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [red, green, blue] = [light[data[i]], light[data[i + 1]], light[data[i + 2]]];
      const one = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      darkest = Math.min(darkest, one);
      lightest = Math.max(lightest, one);
      sum += one;
    }
    return [darkest, lightest, sum / (data.length / 4)];
  });
}"""

# Finds words that are broken inside; a source's title may hold any word.
BROKEN = """() => {
  const found = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, range = new Range();
    if (node.parentElement.closest(".footnote, footer")) continue;
    for (const word of node.data.matchAll(/[\\p{L}\\d]+/gu)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(box => box.y)).size > 1) found.push(word[0]);
    }
  }
  return found;
}"""

# Opens each source: where its card begins and ends, how high its text is, how much has no room.
CARDS = """() => [...document.querySelectorAll(".footnote li")].map(card => {
  location.hash = card.id;
  const range = new Range(), {top, bottom} = card.getBoundingClientRect();
  range.selectNodeContents(card.querySelector("p"));
  const text = range.getBoundingClientRect().height;
  const missing = card.scrollHeight - card.clientHeight + card.offsetWidth - card.clientWidth;
  return [top, bottom, text, missing];
})"""

# Goes all ways back: where the marker's sentence begins, a line of its own in the page's text, and
# where the marker ends.
SENTENCES = """() => [...document.querySelectorAll(".footnote-backref")].map(link => {
  location.hash = link.hash;
  const marker = document.querySelector(":target"), range = new Range();
  let start = marker;
  while (start.previousSibling && !start.data?.includes("\\n")) start = start.previousSibling;
  range.setStart(start, start.data ? start.data.lastIndexOf("\\n") + 1 : 0);
  range.setEndBefore(marker);
  return [range.getClientRects()[0].top, marker.getBoundingClientRect().bottom];
})"""


# Finds markers that begin a line, torn from the word that they belong to.
TORN = """() => [...document.querySelectorAll("main p sup")].filter(marker => {
  const range = new Range();
  range.selectNode(marker.previousSibling);
  return marker.getBoundingClientRect().left < [...range.getClientRects()].at(-1).left;
}).length"""


def build(folder, project=ROOT):
    """Build the site as the README says; return its page and its page for errors."""
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder]
    subprocess.run(command, cwd=project, check=True)
    return [(folder / name).read_text() for name in ("index.html", "404.html")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    build(folder := tmp_path_factory.mktemp("site"))
    return folder


@pytest.fixture(scope="module")
def visit(site):
    """A function that opens the page, or another address, in a new window."""
    with sync_playwright() as playwright:
        # tests/run sets CHROMIUM; without it, Playwright looks for its own.
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or None,
            ignore_default_args=["--hide-scrollbars"],  # readers see them
        )

        def visit(size=WIDE, url=(site / "index.html").as_uri(), **settings):
            for window in browser.contexts:
                window.close()
            view = {"width": size[0], "height": size[1]}
            page = browser.new_page(viewport=view, is_mobile=size[0] < 768, **settings)
            page.set_default_timeout(10_000)
            page.goto(url)
            return page

        yield visit


def unreadable(page, shown="body", hidden=".skip, .close", dark=False):
    """Return the lines that a reader of the window cannot read: absent, covered, tiny or faint."""
    lines = page.evaluate(LINES, [shown, hidden])
    assert lines, f"no text in {shown}"
    bad = [line["text"] for line in lines if not line["uncovered"] or line["box"][3] < 9]
    size, step = page.viewport_size, 4_000  # a browser's pictures have a greatest height
    for top in range(0, size["height"], step):
        part = [line for line in lines if line["uncovered"] and 0 <= line["box"][1] - top < step]
        clip = {"x": 0, "y": top, "width": size["width"]}
        picture = page.screenshot(clip=clip | {"height": min(step + 99, size["height"] - top)})
        address = "data:image/png;base64," + base64.b64encode(picture).decode()
        boxes = [[x, y - top, width, height] for x, y, width, height in (b["box"] for b in part)]
        for line, light in zip(part, page.evaluate(LIGHT, [address, boxes])):
            darkest, lightest, mean = light
            if lightest + 0.05 < 4.5 * (darkest + 0.05) or (mean < 0.5) != dark:
                bad.append(line["text"])
    return bad


def without_spaces(text):
    """Return the text's signs, without spaces, and with ligatures as letters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def open_a_source(page):
    """Open the source of a marker in the middle of the page; return the marker."""
    markers = page.locator(MARKER)
    marker = markers.nth(markers.count() // 2)
    marker.evaluate("marker => marker.scrollIntoView()")
    marker.click()
    return marker


@pytest.mark.parametrize("name", ["index.html", "404.html"])
def test_one_request_no_script_and_no_message(visit, site, name):
    page, seen = visit(url="about:blank"), []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(message.text))
    page.goto(url := (site / name).as_uri(), wait_until="networkidle")
    assert [text for text in seen if not text.startswith("data:")] == [url]
    assert not page.locator("script").count()


def test_the_site_is_light_and_has_no_other_files(site):
    weight = len(gzip.compress((site / "index.html").read_bytes(), 6))
    assert weight <= 18 * 1024  # a limit without room would stop new sentences
    names = {path.name for path in site.iterdir()}
    assert names == {"index.html", "404.html", "sitemap.xml", "sitemap.xml.gz"}


@pytest.mark.parametrize(
    "size, hidden, media",
    [
        (WIDE, IN_MARGIN, {"color_scheme": "light"}),
        (WIDE, IN_MARGIN, {"color_scheme": "dark"}),
        (NOTEBOOK, IN_MARGIN, {"forced_colors": "active"}),
        (TABLET, FOLDED, {"color_scheme": "light"}),
        (PHONE, FOLDED, {"color_scheme": "dark"}),
        (SMALL, FOLDED, {"color_scheme": "light"}),
        (TABLET, ON_PAPER, {"media": "print", "color_scheme": "light"}),
        (TABLET, ON_PAPER, {"media": "print", "color_scheme": "dark"}),
    ],
)
def test_every_line_can_be_read(visit, size, hidden, media):
    page = visit(size)
    page.emulate_media(**media)
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size[0], "height": height})
    dark = media.get("color_scheme") == "dark" and "media" not in media
    assert unreadable(page, hidden=hidden, dark=dark) == []


@pytest.mark.parametrize(
    "size, scheme, opened",
    [(WIDE, "light", "summary"), (WIDE, "dark", MARKER), (SMALL, "light", MARKER)],
)
def test_axe_finds_nothing(visit, size, scheme, opened):
    page = visit(size, color_scheme=scheme)
    page.locator(opened).first.dispatch_event("click")
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response
    # Of a card's contrast axe is unsure where several things lie below; others look at pixels.
    unsure = [rule for rule in found["incomplete"] if rule["id"] != "color-contrast"]
    assert found["violations"] + unsure == []


@pytest.mark.parametrize("size", SIZES)
def test_the_page_fits_the_window_in_a_readable_measure(visit, size):
    page = visit(size)
    root = "document.documentElement"
    inner, scroll, client = page.evaluate(f"[innerWidth, {root}.scrollWidth, {root}.clientWidth]")
    assert inner == size[0] and scroll == client
    text = page.locator("main").bounding_box()
    assert min(0.9 * client, 480) <= text["width"] <= 720
    assert abs(text["x"] + text["width"] / 2 - client / 2) < 2
    assert abs(text["x"] - page.evaluate(LINES, ["main > p", ".skip"])[0]["box"][0]) < 1
    sizes = [page.locator(name).first for name in ("h1", "h2", "h3", "li")]
    sizes = [element.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") for element in sizes]
    assert sizes == sorted(set(sizes), reverse=True)


def style(page, selector, name):
    """Return what a browser made of a style of the first such element: a number for pixels."""
    value = page.locator(selector).first.evaluate(f"e => getComputedStyle(e).{name}")
    return float(value[:-2]) if re.fullmatch(r"[\d.]+px", value) else value


@pytest.mark.parametrize("size, scheme", [(WIDE, "light"), (PHONE, "dark")])
def test_the_text_is_set_with_room_and_order(visit, size, scheme):
    page = visit(size, color_scheme=scheme)
    text, lead = "h2 ~ p", "h1 + p"
    assert style(page, text, "lineHeight") >= 1.4 * style(page, text, "fontSize")
    assert style(page, text, "textAlign") == "start"
    assert (style(page, lead, "fontSize") > style(page, text, "fontSize")) == (size == WIDE)
    assert style(page, "main ul", "listStyleType") == "disc"
    assert style(page, "td", "verticalAlign") == "top"
    assert style(page, "td", "paddingRight") > 4
    for name in ("h2", "h3"):
        assert style(page, name, "marginTop") > 2 * style(page, name, "marginBottom")
        assert int(style(page, name, "fontWeight")) >= 600
    for name, side in (("tr", "borderBottom"), ("footer", "borderTop")):
        assert style(page, name, f"{side}Width") >= 1
        assert style(page, name, f"{side}Color") != style(page, "body", "backgroundColor")
    assert page.evaluate(TORN) == 0


@pytest.mark.parametrize("size, text", [(SMALL, 100), (PHONE, 200)])
def test_no_word_is_broken_inside(visit, size, text):
    page = visit(size)
    page.add_style_tag(content=f"html {{ font-size: {text}% }}")
    assert page.evaluate("document.documentElement.scrollWidth") == size[0]
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("size", [*SIZES, (1300, 500)])
def test_a_source_opens_changes_and_closes_without_scrolling(visit, size):
    page = visit(size)
    marker, card, close = open_a_source(page), page.locator(CARD), page.locator(".close")
    place = page.evaluate("scrollY")
    other = page.locator(f"{MARKER}:not([href='{marker.get_attribute('href')}'])")
    in_view = other.evaluate_all("all => all.findIndex(a => a.getBoundingClientRect().top > 20)")
    ways_out = [(".close", None), (".outside", {"x": 5, "y": size[1] / 3})]
    for way_out, spot in ways_out if size[0] < 1120 else ways_out[:1]:
        for link in (marker, other.nth(in_view)):
            link.click()  # would scroll if it were out of sight or covered
            expect(card).to_have_id(link.get_attribute("href")[1:])
            assert unreadable(page, f"{CARD}, .close", WAY_BACK) == []
        page.click(way_out, position=spot)
        expect(card).to_have_count(0)
        expect(close).to_be_hidden()
        assert page.evaluate("scrollY") == place


@pytest.mark.parametrize("size", SIZES)
def test_a_card_is_as_high_as_its_text(visit, size):
    page = visit(size)
    for top, bottom, text, missing in page.evaluate(CARDS):
        assert size[1] / 2 <= top < bottom == size[1]
        assert text < bottom - top < text + 60
        assert missing == 0


@pytest.mark.parametrize("size", [WIDE, TABLET])
def test_a_long_card_scrolls_and_shows_nothing_through(visit, size):
    page = visit(size)
    open_a_source(page)
    card = page.locator(CARD)
    expect(card).to_have_css("border-top-style", "solid")
    card.locator("p").evaluate("text => text.append(' word'.repeat(2000))")
    box = card.bounding_box()
    assert box["y"] >= size[1] / 5
    page.mouse.move(box["x"] + 99, box["y"] + 99)
    page.mouse.wheel(0, 99)
    expect(card).to_have_js_property("scrollTop", 99)
    inside = {"x": box["x"], "y": box["y"] + 4, "width": box["width"], "height": box["height"] - 4}
    picture = page.screenshot(clip=inside)
    page.evaluate("scrollBy(0, 333)")
    assert page.screenshot(clip=inside) == picture


def test_a_card_in_the_margin_covers_nothing(visit):
    page = visit()
    open_a_source(page)
    box, text = page.locator(CARD).bounding_box(), page.locator("main").bounding_box()
    assert text["x"] + text["width"] < box["x"] and box["x"] + box["width"] < WIDE[0]
    page.locator("h2").nth(2).dblclick(position={"x": 20, "y": 10})
    assert page.evaluate("getSelection().toString().trim()")
    expect(page.locator(CARD)).to_have_count(1)
    page.locator("nav a").last.click()
    expect(page.locator("h2:target")).to_have_count(1)


def test_beside_a_card_at_the_foot_links_act_at_the_first_tap(visit):
    page = visit(PHONE)
    page.click("summary")
    open_a_source(page)
    for link in ("summary", "nav a", MARKER, ".footnote a", "footer a"):
        page.locator(link).last.click(trial=True)


def test_no_tab_stop_lies_behind_a_card(visit):
    page = visit(PHONE)
    open_a_source(page).focus()
    for key in ["Tab"] * 30 + ["End", "Shift+Tab"]:
        page.keyboard.press(key)
        assert page.evaluate("""() => {
          const [focus, card] = [document.activeElement, document.querySelector("li:target")];
          return card.contains(focus)
            || focus.getBoundingClientRect().top < card.getBoundingClientRect().top;
        }""")


@pytest.mark.parametrize("size", [WIDE, PHONE, SMALL])
def test_a_way_back_shows_the_sentence(visit, size):
    places = visit(size).evaluate(SENTENCES)
    assert [place for place in places if not 0 <= place[0] < place[1] < size[1]] == []


def test_in_a_low_window_a_source_is_an_ordinary_footnote(visit):
    page = visit((320, 256))  # 1280 by 1024 at 400 %
    page.locator(MARKER).first.click()
    expect(page.locator(CARD)).to_have_css("position", "static")
    expect(page.locator(CARD)).to_be_in_viewport()
    expect(page.locator(".close")).to_be_hidden()


def test_the_keyboard_reads_a_source_and_comes_back(visit):
    page = visit()
    marker, card = open_a_source(page), page.locator(CARD)
    page.go_back()
    expect(card).to_have_count(0)
    marker.press("Enter")
    page.keyboard.press("Tab")
    expect(card.locator(":focus")).to_have_count(1)
    way_back = card.locator(WAY_BACK).last
    expect(way_back).to_have_css("opacity", "0")
    way_back.focus()
    expect(way_back).to_have_css("opacity", "1")
    way_back.press("Enter")
    assert page.locator("sup:target a").get_attribute("href") == marker.get_attribute("href")
    expect(page.locator("sup:target")).to_have_css("outline-style", "solid")
    page.keyboard.press("Tab")
    expect(page.locator("sup:target :focus")).to_have_css("outline-width", "3px")


def test_a_screen_reader_hears_what_markers_and_ways_back_are(visit):
    page = visit(SMALL)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [f"{node['role']['value']} {node['name']['value']}" for node in tree if "name" in node]
    markers = [f"link Source {marker}" for marker in page.locator(MARKER).all_inner_texts()]
    assert sorted(markers) == sorted(name for name in heard if name.startswith("link Source "))
    for form, path in (("link ↩ place [a-z]$", WAY_BACK), ("cell ", "td")):
        assert len([name for name in heard if re.match(form, name)]) == page.locator(path).count()
    assert heard.count("link ↩ place a") == page.locator(".footnote li").count()


def test_contents_and_skip_link(visit):
    page = visit()
    page.mouse.wheel(0, 4_000)
    page.wait_for_function("scrollY == 4000")
    assert unreadable(page, "nav", "summary") == []
    page = visit(PHONE)
    links = page.locator("nav a")
    page.keyboard.press("Tab")
    assert unreadable(page, ".skip", "nav") == []
    page.keyboard.press("Enter")
    expect(page.locator("main:target")).to_have_count(1)
    expect(links.first).to_be_hidden()
    page.locator("nav summary").press("Enter")
    assert unreadable(page, "nav") == []
    assert links.all_inner_texts() == page.locator("h2").all_inner_texts()
    links.nth(2).click()
    assert 8 < page.locator("h2:target").bounding_box()["y"] < PHONE[1] / 2


def test_links_in_the_text_are_underlined(visit):
    page = visit()
    open_a_source(page)
    links = page.locator(f"main p a:not({MARKER}, {WAY_BACK}), footer a")
    line = "links => links.map(link => getComputedStyle(link).textDecorationLine)"
    assert set(links.evaluate_all(line)) == {"underline"}


def test_sources_are_numbered_as_paragraphs_cite_them(visit):
    page = visit()
    expect(page.locator(".footnote ol")).to_have_css("list-style-type", "decimal")
    numbers = page.locator(f"main > p {MARKER}").all_inner_texts()
    first_times = [int(re.fullmatch(r"\[(\d+)\]", text)[1]) for text in dict.fromkeys(numbers)]
    assert first_times == sorted(first_times) and first_times[0] == 1


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_print_has_addresses_and_neither_card_nor_navigation(visit, paper):
    page = visit(color_scheme="dark")
    page.locator(MARKER).first.click()
    sheets = PdfReader(io.BytesIO(page.pdf(format=paper))).pages
    texts = [without_spaces(sheet.extract_text()) for sheet in sheets]
    links = page.locator(f".footnote a:not({WAY_BACK}), footer a")
    addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [address for address in addresses if address not in "".join(texts)] == [] and addresses
    cells = [without_spaces(cell) for cell in page.locator("th, td").all_text_contents()]
    assert any(all(cell in text for cell in cells) for text in texts), "a torn table"
    page.emulate_media(media="print")
    assert not page.locator(f":is(nav, .skip, .close, .outside, {WAY_BACK}):visible").count()
    expect(page.locator(CARD)).to_have_css("position", "static")


@pytest.mark.parametrize("name", ["index.html", "404.html"])
def test_each_page_has_its_language_title_heading_and_licence(visit, site, name):
    page = visit(url=(site / name).as_uri())
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text(page.title())
    assert unreadable(page, "h1") == []
    for address in ("licenses/by-sa/4.0", "wiki/2020_Barda_missile_attacks"):
        expect(page.locator(f"footer a[href*='{address}']")).to_be_visible()
    for name, content in (("referrer", "no-referrer"), ("color-scheme", "light dark")):
        expect(page.locator(f"meta[name={name}]")).to_have_attribute("content", content)


def test_the_footer_shows_the_addresses_that_a_publisher_wrote(tmp_path):
    site, repo = "https://example.org/barda/", "https://example.org/repo"
    pages = []
    for folder, addresses in (("known", (site, repo)), ("unknown", ("", ""))):
        copy_project(tmp_path / folder)
        settings = tmp_path / folder / "mkdocs.yml"
        text = settings.read_text()
        for name, address in zip(("site_url", "repo_url"), addresses):
            text = re.sub(f"(?m)^{name}:.*", f'{name}: "{address}"', text)
        settings.write_text(text)
        pages += build(tmp_path / folder / "site", tmp_path / folder)
    known, lost, unknown, _ = pages
    assert f'rel="canonical" href="{site}"' in known and 'href="/barda/"' in lost
    assert f">{site}</a>" in known and f'href="{repo}"' in known
    assert re.search('name="description" content="[^"]', known)
    date = re.search("sources_read: (.+)", text)[1]
    assert f"on {date}." in known and f"on {date}." in unknown
    assert "canonical" not in unknown and "Send a correction" not in unknown


def test_a_warning_stops_the_build(tmp_path):
    copy_project(tmp_path)
    (tmp_path / PAGE).write_text("It [rained](weather.md).\n")
    with pytest.raises(subprocess.CalledProcessError):
        build(tmp_path / "site", tmp_path)


def test_the_readmes_serve_command_shows_an_edit(visit, tmp_path):
    """tests/run has just done what comes before it in the README: it is not done again here."""
    copy_project(tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    commands = re.search(r"```sh\n(.+mkdocs serve)\n", (ROOT / "README.md").read_text())[1]
    *prepare, serve = commands.split(" && ")
    run = (ROOT / "tests/run").read_text().replace(" -q", "")
    assert [command for command in prepare if f"{command}\n" not in run] == []
    serve += f" -a localhost:{20_000 + os.getpid() % 10_000}"
    process = subprocess.Popen(
        serve, shell=True, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        said = ""
        while not (served := re.search(r"Serving on (\S+)\n", said)):
            said += (line := process.stderr.readline())
            assert line, f"no page from {serve}: {said}"
        page = visit(url=served[1])
        assert not page.locator(f"[href^='{served[1]}']").count()
        (tmp_path / PAGE).write_text("# Edited\n")
        page.locator("h1", has_text="Edited").wait_for()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
