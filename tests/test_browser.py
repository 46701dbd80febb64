"""A real Chromium reads the built page, from a plain server and from disk."""

import functools
import gzip
import http.server
import io
import os
import re
import signal
import subprocess
import sys
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from test_rules import PAGE, ROOT, copy_project

WIDTHS = [1440, 1180, 768, 390, 320]


def build(folder, **environment):
    """Build the site as the README says to publish it."""
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", folder]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    return (folder / "index.html").read_text(), (folder / "404.html").read_text()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    build(folder := tmp_path_factory.mktemp("site"))
    return folder


@pytest.fixture(scope="module")
def address(site):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # tests/run sets CHROMIUM; without it, Playwright looks for its own.
        yield playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM") or None)


@pytest.fixture
def visit(browser, address):
    """A function that opens the page, or another address, in a window of its own."""

    def visit(width=1440, url=address, **settings):
        size = {"width": width, "height": 900}
        window = browser.new_context(viewport=size, has_touch=width < 768, **settings)
        page = window.new_page()
        page.goto(url)
        return page

    return visit


@pytest.mark.parametrize("name", ["", "404.html", "from disk"])
def test_one_request_no_script_and_no_message(browser, address, site, name):
    url = (site / "index.html").as_uri() if name == "from disk" else address + name
    page, seen = browser.new_page(), []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(message.text))
    page.goto(url, wait_until="networkidle")
    assert [text for text in seen if not text.startswith("data:")] == [url]
    assert not page.locator("script").count()


def test_the_page_is_light(site):
    weight = len(gzip.compress((site / "index.html").read_bytes(), 6))
    print(f"{weight:,} bytes gzipped")
    assert weight <= 20 * 1024


@pytest.mark.parametrize(
    "width, scheme, opened",
    [(1440, "light", "summary"), (1440, "dark", ".footnote-ref"), (320, "light", ".footnote-ref")],
)
def test_axe_finds_nothing(visit, width, scheme, opened):
    page = visit(width, color_scheme=scheme)
    page.evaluate(f"document.querySelector('{opened}').click()")
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}}).response
    rules = [(rule["id"], rule["nodes"]) for rule in found["violations"] + found["incomplete"]]
    assert rules == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_scrolls_sideways_and_cells_keep_their_columns_name(visit, width):
    page = visit(width)
    nameless = """cells => cells.filter(cell => {
        const name = cell.closest("table").querySelectorAll("th")[cell.cellIndex];
        const label = getComputedStyle(cell, "::before").content.replaceAll('"', "");
        return !name.offsetParent && label !== name.textContent + ": ";
    }).map(cell => cell.textContent)"""
    for text_size in ("100%", "200%"):
        page.add_style_tag(content=f"html {{ font-size: {text_size} }}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("td:not(:empty)").evaluate_all(nameless) == [], "name it in style.css"


@pytest.mark.parametrize("width", WIDTHS)
def test_a_source_opens_changes_and_closes_without_scrolling(visit, width):
    page = visit(width)
    markers = page.locator(".footnote-ref")
    markers.nth(40).scroll_into_view_if_needed()
    press = "tap" if width < 768 else "click"
    place = page.evaluate("scrollY")
    for number in (40, 41):
        getattr(markers.nth(number), press)()
        card = page.locator(".footnote li:target")
        box = card.bounding_box()
        assert "#" + card.get_attribute("id") == markers.nth(number).get_attribute("href")
        assert 0 <= box["y"] and box["y"] + box["height"] <= 900 and box["height"] <= 600
        assert page.evaluate("scrollY") == place
        assert width < 1180 or box["x"] + box["width"] <= page.locator("main").bounding_box()["x"]
    getattr(page.locator(".close"), press)()
    assert not card.count() and page.evaluate("scrollY") == place
    assert not page.locator(".close").is_visible()


def test_the_keyboard_reads_a_source_and_comes_back(visit):
    page = visit()
    page.locator(".footnote-ref").nth(40).press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(".footnote li:target :focus").count() == 1, "Tab leaves the card"
    source = page.evaluate("location.hash")
    page.locator(".footnote li:target .footnote-backref").last.press("Enter")
    assert page.locator("sup:target a").get_attribute("href") == source
    page.keyboard.press("Tab")
    assert page.locator("sup:target :focus").count() == 1, "Tab does not go on from the place"


def test_contents_and_skip_link(visit):
    page = visit(390)
    assert not page.locator("nav a").first.is_visible(), "the contents are not folded"
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.locator("nav summary").press("Enter")
    titles = page.locator("h2").all_inner_texts()
    assert page.locator("nav a").all_inner_texts() == titles
    page.locator("nav a").last.click()
    assert page.locator("h2:target").inner_text() == titles[-1]


def test_print_has_addresses_and_neither_card_nor_navigation(visit):
    page = visit(color_scheme="dark")
    page.locator(".footnote-ref").first.click()
    sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    text = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in sheets))
    links = page.locator(".footnote a:not(.footnote-backref)")
    addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [address for address in addresses if address not in text] == [] and addresses
    page.emulate_media(media="print")
    unprinted = page.locator("nav, .skip, .close, .footnote-backref").all()
    assert unprinted and not any(part.is_visible() for part in unprinted)
    assert page.locator("li:target").evaluate("e => getComputedStyle(e).position") == "static"


def test_addresses_appear_only_where_they_are_known(tmp_path):
    site, repo = "https://example.org/barda/", "https://example.org/repo"
    known = build(tmp_path / "known", SITE_URL=site, REPO_URL=repo)
    unknown = build(tmp_path / "unknown", SITE_URL="", REPO_URL="")
    assert f'rel="canonical" href="{site}"' in known[0] and 'href="/barda/"' in known[1]
    assert f'href="{repo}"' in known[0]
    assert "canonical" not in unknown[0] and "Send a correction" not in unknown[0]


def test_the_readmes_serve_command_shows_an_edit(visit, tmp_path):
    copy_project(tmp_path)
    command = re.search(r"```sh\n(.+mkdocs serve)\n", (ROOT / "README.md").read_text())[1]
    with http.server.HTTPServer(("127.0.0.1", 0), None) as free:
        port = free.server_port
    with open(tmp_path / "mkdocs.yml", "a") as settings:
        settings.write(f"\ndev_addr: 127.0.0.1:{port}\n")  # the usual port may be taken
    process = subprocess.Popen(
        command, shell=True, cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        line = next(line for line in process.stderr if "Serving on" in line)
        page = visit(url=re.search(r"http\S+", line)[0])
        source = (tmp_path / PAGE).read_text()
        (tmp_path / PAGE).write_text(source.replace("# ", "# Edited: ", 1))
        page.locator("h1", has_text="Edited").wait_for()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
