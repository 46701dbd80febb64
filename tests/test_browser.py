"""A real Chromium reads the built page, from a plain server and from disk, and the page that the README's command serves."""

import functools
import http.server
import io
import os
import re
import signal
import socket
import subprocess
import sysconfig
import threading
import time

import check
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from test_bad_edits import PAGE, SETTINGS, copy_project
from test_page import ROOT, build

TITLE = "The 2020 attacks on Barda"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, TABLET, PHONE = ({"width": width, "height": 900} for width in (1440, 768, 320))
# Each look: what the browser is set to.
LOOKS = {
    "light": {"viewport": DESK},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "tablet": {"viewport": TABLET},
    "phone": {"viewport": PHONE},
    "forced colors": {"viewport": DESK, "forced_colors": "active"},
}


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def address(site):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        # tests/run sets CHROMIUM; without it, Playwright looks for its own and says how to get it.
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM"), args=options)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, address):
    """A function that opens the page, or another address, in a new browser window set as it is told."""
    windows = []

    def open_page(url=address, **settings):
        windows.append(browser.new_context(**settings))
        page = windows[-1].new_page()
        page.goto(url)
        return page

    yield open_page
    for window in windows:
        window.close()


def sideways(page):
    """How many pixels the page, or the text in a table cell, is wider than its place."""
    return page.evaluate("""Math.max(...[document.documentElement, ...document.querySelectorAll("td, th, p, li, h1, h2, h3")]
        .map(place => place.scrollWidth - place.clientWidth))""")


def outlined(element):
    """Whether the style of the page, not the browser's own, draws an outline around the element."""
    style, width = element.evaluate("element => [getComputedStyle(element).outlineStyle, getComputedStyle(element).outlineWidth]")
    return style == "solid" and width != "0px"


def readme_commands():
    """The two commands of the README, to serve and to test."""
    return re.findall(r"```sh\n(.+)\n```", (ROOT / "README.md").read_text())[:2]


@pytest.fixture
def served(tmp_path):
    """The README's serve command, run as it stands there in a copy of the project.

    The address that it prints, the copy, and a function that waits for a pattern in its output.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with open(copy_project(tmp_path) / SETTINGS, "a") as settings:
        settings.write(f"\ndev_addr: 127.0.0.1:{port}\n")  # the usual port may be taken by whoever runs the tests
    command, output = readme_commands()[0], []
    process = subprocess.Popen(command, shell=True, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    threading.Thread(target=lambda: output.extend(process.stdout), daemon=True).start()

    def wait_for(pattern):
        while process.poll() is None:
            if match := re.search(pattern, "".join(output)):
                output.clear()
                return match
            time.sleep(0.1)
        pytest.fail(f"{command} stopped:\n{''.join(output)}")

    yield wait_for(r"Serving on (http\S+)\n")[1], tmp_path, wait_for
    os.killpg(process.pid, signal.SIGTERM)
    process.wait()


def test_the_readmes_commands(open_page, served):
    # This test takes longest; that it stands first lets the others run beside it.
    address, folder, wait_for = served
    page = open_page(address)
    assert page.title() == TITLE
    outlives_broken_edits(page, folder, wait_for)
    leads_home(page, f"{address}no/such/page")
    # Of all the tests only one, so that this one does not run itself; with the packages lent, which takes seconds off.
    lent = os.environ | {"PYTHONPATH": sysconfig.get_path("purelib")}
    command = f"{readme_commands()[1]} -k keeps_every_rule -n 0"
    result = subprocess.run(command, shell=True, cwd=folder, env=lent, capture_output=True, text=True)
    assert result.returncode == 0 and "1 passed" in result.stdout, result


def outlives_broken_edits(page, folder, wait_for):
    """The open page reloads after an edit, and stays as it was after one that breaks the build, until that is mended."""
    originals = {name: (folder / name).read_text() for name in (PAGE, SETTINGS)}
    for name, broken in ((PAGE, "[nowhere](nowhere.md)\n"), (SETTINGS, "nav: [\n")):
        (folder / PAGE).write_text(originals[PAGE].replace(f"# {TITLE}", f"# Edited {name}", 1))
        page.locator("h1", has_text=f"Edited {name}").wait_for()
        (folder / name).write_text(broken)
        wait_for("An error happened during the rebuild")
        assert page.locator("h1").inner_text() == f"Edited {name}" and page.locator("h2").count() > 8, "the last good page is lost"
        for restored, text in originals.items():
            (folder / restored).write_text(text)
        page.locator("h1", has_text=TITLE).wait_for()


def leads_home(page, address):
    """An address that does not exist has one link, home."""
    page.goto(address)
    assert page.title() == "Page not found" and page.locator("a:not(.skip)").count() == 1 and sideways(page) <= 0
    page.locator("a:not(.skip)").click()
    assert page.title() == TITLE


def test_one_request_and_nothing_left_behind(browser, address):
    window = browser.new_context()
    page, requests, messages = window.new_page(), [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    page.wait_for_timeout(500)
    assert [url for url in requests if not url.startswith("data:")] == [address]
    assert messages == [] and window.cookies() == []
    assert page.evaluate("document.referrer") == "" and page.locator("meta[name=referrer]").get_attribute("content") == "no-referrer"
    window.close()


@pytest.mark.parametrize("look, contents", [("light", "closed"), ("dark", "closed"), ("phone", "open")])
def test_axe_finds_nothing(open_page, look, contents):
    page = open_page(**LOOKS[look])
    if contents == "open":
        page.locator("details").evaluate("details => details.open = true")
    found = Axe().run(page, options={"runOnly": AXE_TAGS}).response
    for kind in ("violations", "incomplete"):
        assert [(rule["id"], [node["html"] for node in rule["nodes"]][:3]) for rule in found[kind]] == [], kind


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_scrolls_sideways(open_page, look):
    page = open_page(**LOOKS[look])
    assert sideways(page) <= 0
    page.add_style_tag(content="html { font-size: 200% }")
    assert sideways(page) <= 0, "with text twice the size"


@pytest.mark.parametrize("from_disk", [False, True])
def test_every_marker_leads_to_its_source_and_back(open_page, address, site, from_disk):
    page = open_page((site / "index.html").as_uri() if from_disk else address)
    wrong = page.evaluate("""() => {
        const wrong = [];
        for (const [from, to] of [[".footnote-ref", "li"], [".footnote-backref", "sup"]])
            for (const link of document.querySelectorAll(from)) {
                const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
                const back = place?.querySelectorAll(`[href="#${CSS.escape(link.closest("[id]").id).replaceAll("\\\\", "")}"]`).length;
                if (place?.localName !== to || back !== 1) wrong.push(link.outerHTML);
            }
        return wrong;
    }""")
    assert wrong == [] and page.locator(".footnote-ref").count() > 100
    marker = page.locator(".footnote-ref").nth(20)
    marker.click()
    source = page.locator("li:target")
    assert source.is_visible() and page.evaluate("scrollY") > 1000
    assert outlined(source), "the source is not highlighted"
    source.locator(".footnote-backref").nth(1).click()
    assert outlined(page.locator("sup:target")), "the place that cites it is not highlighted"


def test_a_letter_shows_the_kind_and_the_page_explains_it(open_page):
    page = open_page()
    letters = page.evaluate("""Object.fromEntries([...document.querySelectorAll(".footnote-ref")].map(
        link => [link.hash.slice(4).split("-")[0], getComputedStyle(link, "::after").content.replaceAll('"', "")]))""")
    explained = dict(re.findall(r"\b([a-z]), ([^;.]+)[;.]", page.locator("p", has_text="The letter at a marker means").inner_text()))
    assert letters.keys() == check.KINDS.keys() and len(set(letters.values())) == len(letters)
    for prefix, letter in letters.items():
        assert explained[letter].casefold().startswith(check.KINDS[prefix].casefold())


def test_contents_lead_to_the_sections(open_page):
    desk, phone = open_page(**LOOKS["light"]), open_page(**LOOKS["phone"])
    titles = desk.locator("h2").all_inner_texts()
    assert desk.locator("nav a").all_inner_texts() == titles and desk.locator("nav a").last.is_visible()
    assert not phone.locator("nav a").first.is_visible(), "the contents are not folded"
    phone.locator("summary").click()
    for number, title in enumerate(titles):
        phone.locator("nav a").nth(number).click()
        assert phone.locator("h2:target").inner_text() == title


def test_the_keyboard_reaches_everything_in_order(open_page):
    page = open_page(**LOOKS["phone"])
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the text" and page.locator(":focus").bounding_box()["x"] >= 0
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    links = page.locator("h2").evaluate_all("titles => titles.map(title => '#' + title.id)")
    for link in [*links, *page.locator(".footnote-ref").evaluate_all("links => links.slice(0, 9).map(link => link.hash)")]:
        page.keyboard.press("Tab")
        assert page.locator(":focus").get_attribute("href") == link
        assert outlined(page.locator(":focus")), "the focus does not show"
    page.keyboard.press("Home")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("class") == "footnote-ref", "the skip link does not skip the contents"


@pytest.mark.parametrize("paper, points", [("A4", (595, 842)), ("Letter", (612, 792))])
def test_print_has_the_addresses_and_no_navigation(open_page, paper, points):
    page = open_page(color_scheme="dark")
    pages = PdfReader(io.BytesIO(page.pdf(format=paper, prefer_css_page_size=True))).pages
    assert [abs(float(side) - point) < 2 for side, point in zip(pages[0].mediabox[2:], points)] == [True, True]
    text = re.sub(r"\s", "", "".join(sheet.extract_text() for sheet in pages))
    addresses = page.locator(".footnote a:not(.footnote-backref)").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert [address for address in addresses if address not in text] == [] and len(addresses) > 50
    assert "Skiptothetext" not in text and "Contents" not in text
