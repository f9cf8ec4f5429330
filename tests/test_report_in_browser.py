"""Pages of papers in a real browser: nothing in its console, no barrier, every width, both schemes.

Screenshots are left in results/screenshots, to be looked at.
"""

from pathlib import Path

import pytest

SHOTS = Path(__file__).resolve().parents[1] / "results/screenshots"
WIDTHS = (360, 768, 1280)
PAGES = ("index", "critical_periods")


@pytest.fixture
def opened(browser, reproduced):
    """Opens a page at a width and scheme; what the browser complains of fails the test."""
    complaints, contexts = [], []

    def at(name, width=1280, scheme="light", media="screen"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.emulate_media(media=media, color_scheme=scheme)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto((reproduced.page.parent / f"{name}.html").as_uri())
        return page

    yield at
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_its_width_and_bars_nobody(opened, name, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(name, width, scheme)
    page.screenshot(path=SHOTS / f"{name}.{width}.{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    images = "[...document.images].every(image => image.complete && image.naturalWidth > 0)"
    assert page.evaluate(images)
    found = axe.run(page).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"]) for v in serious] == []


def test_the_dark_scheme_is_dark(opened):
    look = "getComputedStyle(document.body).backgroundColor"
    light, dark = (opened("index", scheme=s).evaluate(look) for s in ("light", "dark"))
    assert light == "rgb(255, 255, 255)"
    assert max(map(int, dark.removeprefix("rgb(").removesuffix(")").split(","))) < 64


def test_print_leaves_the_way_around_out(opened):
    page = opened("critical_periods", media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("article.card").first.is_visible()
    assert page.locator("details pre").first.evaluate("e => e.checkVisibility()")


def test_the_keyboard_skips_to_the_contents_and_reaches_every_link(opened):
    page = opened("critical_periods")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#claims"


def test_links_lead_where_they_say(opened):
    page = opened("index")
    page.locator("#paper-critical_periods h2 a").click()
    assert page.url.endswith("/critical_periods.html")
    page.locator("nav a[href^='#claim-']").first.click()
    assert page.evaluate("document.querySelector(':target').tagName") == "ARTICLE"
    page.locator("a", has_text="All papers").click()
    assert page.url.endswith("/index.html")
