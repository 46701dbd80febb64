"""The page keeps every rule, and the site builds to one page, the same to the byte each time."""

import os
import subprocess
import sys
from pathlib import Path

import check

ROOT = Path(__file__).parent.parent


def build(site, **environment):
    """Build the site into the folder `site`, strictly, as the README says to publish it; return its files and their bytes."""
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", site]
    subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*")}


def test_the_page_keeps_every_rule():
    assert check.find_problems(ROOT)[0] == []


def test_one_page_comes_out(tmp_path):
    assert sorted(build(tmp_path / "site")) == ["404.html", "index.html", "sitemap.xml", "sitemap.xml.gz"]


def test_two_builds_are_the_same_to_the_byte(tmp_path):
    builds = [build(tmp_path / name, SOURCE_DATE_EPOCH="1604000000", SITE_URL="https://example.org/barda/") for name in "ab"]
    assert builds[0] == builds[1]
    assert b"2020-10-29" in builds[0]["sitemap.xml"], "the date of the build is not SOURCE_DATE_EPOCH"


def test_the_canonical_address_appears_only_where_it_is_known(tmp_path):
    address = b"https://example.org/barda/"
    known, unknown = build(tmp_path / "known", SITE_URL=address.decode()), build(tmp_path / "unknown", SITE_URL="")
    assert b'rel="canonical" href="%b"' % address in known["index.html"]
    assert b'href="/barda/"' in known["404.html"] and b'href="/"' in unknown["404.html"]
    assert b"canonical" not in unknown["index.html"] and b"og:url" not in unknown["index.html"]
