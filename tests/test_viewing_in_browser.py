"""The explorer in a real browser: nothing in its console, slices that move, files to take away,
a sweep that is followed, and a model whose theory and simulation answer.

Screenshots are left in results/screenshots, to be looked at.
"""

import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

import toysim

pytest.importorskip("bokeh")
SHOTS = Path(__file__).resolve().parents[1] / "results/screenshots"
# Bokeh's own words on its start and connection.
OWN = re.compile(r"\[bokeh|Bokeh items were rendered")
WALK = {"drift": [0.5, 1.0, 1.5, 2.0], "n_rounds": list(range(4, 14)), "replicas": 3}


@contextmanager
def viewed(tab, *words):
    """``tab`` on the page of ``toysim view``, and elsewhere before the server goes."""
    command = [sys.executable, "-m", "toysim", "view", *words, "--no-browser"]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **quiet) as running:
        try:
            told = (line for line in running.stdout if line.startswith("page:"))
            tab.goto(next(told).split()[-1])
            yield
            tab.goto("about:blank")
        finally:
            running.kill()


@pytest.fixture
def tab(browser):
    """A page of a browser, whose complaints fail the test."""
    complaints = []
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.on("console", lambda m: OWN.search(m.text) or complaints.append(m.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    yield page
    context.close()
    assert complaints == []


def shown(page, name):
    page.wait_for_selector("canvas")
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def changes(page, before):
    """The line of Python is another one, once the server has answered."""
    from playwright.sync_api import expect

    expect(page.locator("pre")).not_to_have_text(before, timeout=30_000)


def test_a_slice_moves_and_a_picture_is_taken_away(tab, tmp_path):
    store = tmp_path / "walk.zarr"
    toysim.sweep("walk.gaussian", noise=[0.1, 0.2, 0.3], n_records=3, store=store, **WALK)
    with viewed(tab, str(store)):
        shown(tab, "view.store")
        tab.get_by_text("band").click()
        slider = tab.locator(".noUi-handle").first
        slider.focus()
        before = tab.locator("pre").inner_text()
        slider.press("ArrowRight")
        changes(tab, before)
        with tab.expect_download() as taken:
            tab.get_by_role("button", name="csv").click()
        assert taken.value.suggested_filename == "walk.csv"
        assert len(Path(taken.value.path()).read_text().splitlines()) == 4 * 10 * 3 * 3 + 1


def test_a_running_sweep_is_followed(tab, tmp_path):
    store = tmp_path / "walk.zarr"
    toysim.sweep("walk.gaussian", store=store, create_only=True, block=4, **WALK)
    with viewed(tab, str(store)):
        tab.get_by_text("run: none").wait_for()
        toysim.sweep("walk.gaussian", store=store, block=4, **WALK)
        tab.get_by_text("run: ended").wait_for()
        shown(tab, "view.running")


def test_a_sweep_runs_while_it_is_looked_at(tab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    axes = "drift = [0.5, 1.0]\nn_rounds = [4, 5, 6]"
    Path("mine.toml").write_text(f'model = "walk.gaussian"\nreplicas = 3\n[axes]\n{axes}\n')
    with viewed(tab, "mine.toml"):
        tab.get_by_text("run: ended").wait_for()
        shown(tab, "view.sweep")
        assert "mine.zarr" in tab.locator("pre").inner_text()
    assert toysim.open_store("results/mine.zarr")["simulation"].sizes["replica"] == 3


def test_a_parameter_is_turned_and_both_sides_answer(tab):
    with viewed(tab, "walk.gaussian"):
        shown(tab, "view.model")
        before = tab.locator("pre").inner_text()
        tab.locator(".noUi-handle").first.focus()
        tab.locator(".noUi-handle").first.press("ArrowLeft")
        changes(tab, before)
