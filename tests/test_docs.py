"""The documentation builds without a warning, its cells run, its links lead somewhere."""

import os
import resource
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 180  # processor seconds of a build with all its cells


class Page(HTMLParser):
    """What a page offers as places, links to, and loads."""

    def __init__(self, text):
        super().__init__()
        self.places, self.links, self.loads = {""}, [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.places.add(found.get("id") or "")
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag in ("img", "script", "source", "iframe") and "src" in found:
            self.loads.append(found["src"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon"):
            self.loads.append(found["href"])


def spent():
    """Processor seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("myst_nb", reason="the extra toysim[docs] is not installed")
    folder = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs"]
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    before = spent()
    done = subprocess.run(
        [*command, folder / "site", "-d", folder / "trees"],
        cwd=ROOT,
        env=plain,  # without the families of the tests
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert spent() - before < LONGEST
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site):
    return {path.resolve(): Page(path.read_text()) for path in site.rglob("*.html")}


def is_local(link):
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc


@pytest.mark.slow
def test_every_link_leads_to_a_place(pages):
    dead = []
    for path, page in pages.items():
        for link in filter(is_local, page.links):
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = pages[target].places if target in pages else {""}
            if not target.is_file() or unquote(parts.fragment) not in known:
                dead.append(f"{path.name}: {link}")
    assert not dead


@pytest.mark.slow
def test_pages_load_nothing_from_elsewhere(pages, site):
    loads = [(path, load) for path, page in pages.items() for load in page.loads]
    assert len(loads) > len(pages)
    assert [load for _, load in loads if not is_local(load) and not load.startswith("data:")] == []
    lacking = [load for path, load in loads if is_local(load) and not found(path, load)]
    assert lacking == []
    assert "@import" not in "".join(sheet.read_text() for sheet in site.rglob("*.css"))


def found(path, load):
    return (path.parent / unquote(urlsplit(load).path)).is_file()


@pytest.mark.slow
def test_formulas_need_no_script(site):
    text = (site / "questions/double_descent.html").read_text()
    assert text.count("<math") >= 4
    assert not [load for load in Page(text).loads if "math" in load.lower()]


@pytest.mark.slow
def test_cells_show_what_came_out(site):
    for page in (site / "questions").glob("*.html"):
        if page.stem != "index":
            assert "cell_output" in page.read_text(), page.name
    assert "agrees" in (site / "tutorial.html").read_text()


WIDTHS = (360, 768, 1280)
LOOKED_AT = (
    "index",
    "tutorial",
    "gallery",
    "faq",
    "benchmarks",
    "glossary",
    "questions/oscillation",
    "generated/papers",
    "generated/deep_linear",
)
PICTURES = "[...document.images].map(i => [i.src, i.alt, i.complete && i.naturalWidth > 0])"


@pytest.fixture(scope="module")
def tab(browser):
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", LOOKED_AT)
def test_pages_fit_every_width_and_bar_nobody(site, tab, name):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    tab.goto((site / f"{name}.html").as_uri())
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, (scheme, width)
        found = axe.run(tab).response["violations"]
        serious = [v for v in found if v["impact"] in ("serious", "critical")]
        assert [(v["id"], v["nodes"][0]["html"]) for v in serious] == [], scheme
    tab.evaluate("document.querySelectorAll('img[loading=lazy]').forEach(i => i.loading = 'eager')")
    for source, words, drawn in tab.evaluate(PICTURES):
        assert drawn, source
        assert len(words) > 12, source
        assert not words.endswith((".png", ".svg")), source
