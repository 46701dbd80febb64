"""A real Chromium reads the built page."""

import gzip
import io
import os
import re
import signal
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright
from pypdf import PdfReader

from test_rules import PAGE, ROOT, copy_project

WIDE, PHONE = (1440, 900), (320, 640)
SIZES = [WIDE, (1180, 900), (1300, 500), (768, 1024), (390, 844), PHONE]
MARKER, CARD, WAY_BACK = ".footnote-ref", ".footnote li:target", ".footnote-backref"


def build(folder, project=ROOT, **environment):
    """Build the site as the README says; return its page and its page for errors."""
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder]
    subprocess.run(command, cwd=project, env=os.environ | environment, check=True)
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
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None)

        def visit(size=WIDE, url=(site / "index.html").as_uri(), **settings):
            for window in browser.contexts:
                window.close()
            view = {"width": size[0], "height": size[1]}
            page = browser.new_page(viewport=view, is_mobile=size[0] < 768, **settings)
            page.goto(url)
            return page

        yield visit


@pytest.mark.parametrize("name", ["index.html", "404.html"])
def test_one_request_no_script_and_no_message(visit, site, name):
    page, seen = visit(url="about:blank"), []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(message.text))
    page.goto(url := (site / name).as_uri(), wait_until="networkidle")
    assert [text for text in seen if not text.startswith("data:")] == [url]
    assert not page.locator("script").count()


def test_the_site_is_light_and_has_no_other_files(site):
    assert len(gzip.compress((site / "index.html").read_bytes(), 6)) <= 16 * 1024
    names = {path.name for path in site.iterdir()}
    assert names == {"index.html", "404.html", "sitemap.xml", "sitemap.xml.gz"}


@pytest.mark.parametrize(
    "size, scheme, opened",
    [(WIDE, "light", "summary"), (WIDE, "dark", MARKER), (PHONE, "light", MARKER)],
)
def test_axe_finds_nothing(visit, size, scheme, opened):
    page = visit(size, color_scheme=scheme)
    page.locator(opened).first.dispatch_event("click")
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response
    assert found["violations"] + found["incomplete"] == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_scrolls_sideways(visit, size):
    page = visit(size)
    widths = "[innerWidth, document.documentElement.scrollWidth]"
    assert page.evaluate(widths) == [size[0], size[0]]
    if size == PHONE:
        page.add_style_tag(content="html { font-size: 200% }")
        assert page.evaluate(widths) == [size[0], size[0]]


@pytest.mark.parametrize("size", SIZES)
def test_a_source_opens_changes_and_closes_without_scrolling(visit, size):
    page = visit(size)
    card, close = page.locator(CARD), page.locator(".close")
    markers = page.locator(MARKER).all()[40:42]
    markers[0].evaluate("marker => marker.scrollIntoView()")
    place = page.evaluate("scrollY")
    for way_out, spot in ((".outside", {"x": 5, "y": size[1] / 3}), (".close", None)):
        for marker in markers:
            marker.click()  # would scroll if it were out of sight or covered
            expect(card).to_have_id(marker.get_attribute("href")[1:])
        box = card.bounding_box()
        assert size[1] / 4 <= box["y"] <= close.bounding_box()["y"] - box["height"]
        for link in [link.bounding_box() for link in page.locator("nav a:visible").all()]:
            assert link["x"] + link["width"] <= box["x"]
        page.click(way_out, position=spot)
        expect(card).to_have_count(0)
        expect(close).to_be_hidden()
        assert page.evaluate("scrollY") == place


def test_in_a_low_window_a_source_is_an_ordinary_footnote(visit):
    page = visit((320, 256))  # 1280 by 1024 at 400 %
    page.locator(MARKER).first.click()
    expect(page.locator(CARD)).to_have_css("position", "static")
    expect(page.locator(".close")).to_be_hidden()


def test_the_keyboard_reads_a_source_and_comes_back(visit):
    page = visit()
    card, marker = page.locator(CARD), page.locator(MARKER).nth(40)
    marker.press("Enter")
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
    page.keyboard.press("Tab")
    expect(page.locator("sup:target :focus")).to_have_css("outline-width", "3px")


def test_a_screen_reader_hears_what_markers_and_ways_back_are(visit):
    page = visit(PHONE)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    heard = [f"{node['role']['value']} {node['name']['value']}" for node in tree if "name" in node]
    markers = [f"link Source {marker}" for marker in page.locator(MARKER).all_inner_texts()]
    assert sorted(markers) == sorted(name for name in heard if name.startswith("link Source "))
    for form, path in (("link ↩ place [a-z]$", WAY_BACK), ("cell ", "td")):
        assert len([name for name in heard if re.match(form, name)]) == page.locator(path).count()


def test_contents_and_skip_link(visit):
    expect(visit().locator("nav a").first).to_be_visible()
    page = visit((390, 844))
    links = page.locator("nav a")
    page.keyboard.press("Tab")
    assert page.locator(".skip:focus").bounding_box()["x"] >= 0
    expect(links.first).to_be_hidden()
    page.locator("nav summary").press("Enter")
    assert links.all_inner_texts() == page.locator("h2").all_inner_texts()
    links.last.click()
    expect(page.locator("h2:target")).to_have_text("Sources")


def test_print_has_addresses_and_neither_card_nor_navigation(visit):
    page = visit(color_scheme="dark")
    page.locator(MARKER).first.click()
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    text = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in sheets))
    links = page.locator(f".footnote a:not({WAY_BACK}), footer a")
    addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [address for address in addresses if address not in text] == [] and addresses
    page.emulate_media(media="print")
    assert not page.locator(f":is(nav, .skip, .close, .outside, {WAY_BACK}):visible").count()
    expect(page.locator(CARD)).to_have_css("position", "static")


def test_the_footer_says_how_to_cite_and_correct_the_page(tmp_path):
    site, repo = "https://example.org/barda/", "https://example.org/repo"
    known, lost = build(tmp_path / "known", SITE_URL=site, REPO_URL=repo)
    unknown, _ = build(tmp_path / "unknown", SITE_URL="", REPO_URL="")
    assert f'rel="canonical" href="{site}"' in known and 'href="/barda/"' in lost
    assert "canonical" not in unknown and "Send a correction" not in unknown
    for text in (f">{site}</a>", f'href="{repo}"', "sources last read on"):
        assert text in known
    for page in (known, lost, unknown):
        head, _, footer = page.partition("<footer>")
        assert "licenses/by-sa/4.0" in footer and "wiki/2020_Barda_missile_attacks" in footer
        assert '"referrer" content="no-referrer"' in head


def test_a_warning_stops_the_build(tmp_path):
    copy_project(tmp_path)
    (tmp_path / PAGE).write_text("It [rained](weather.md).\n")
    with pytest.raises(subprocess.CalledProcessError):
        build(tmp_path / "site", tmp_path)


def test_the_readmes_serve_command_shows_an_edit(visit, tmp_path):
    copy_project(tmp_path)
    command = re.search(r"```sh\n(.+mkdocs serve)\n", (ROOT / "README.md").read_text())[1]
    command += f" -a localhost:{20_000 + os.getpid() % 10_000}"
    process = subprocess.Popen(
        command, shell=True, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        said = ""
        while not (served := re.search(r"Serving on (\S+)\n", said)):
            said += (line := process.stderr.readline())
            assert line, f"no page from {command} (is there a network?): {said}"
        page = visit(url=served[1])
        (tmp_path / PAGE).write_text("# Edited\n")
        page.locator("h1", has_text="Edited").wait_for()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
