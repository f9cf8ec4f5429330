"""Pages of papers: links, anchors, words for pictures, verdicts as in the data, hostile names."""

import json
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import html5lib
import numpy as np
import pytest
import xarray as xr

import toysim
from toysim.errors import ToysimError
from toysim.outcomes import Verdict
from toysim.paper import Claim, Evidence, Number, Recipe, Reproduction, Spoiler, backwards
from toysim.papers.drawing import new_figure
from toysim.papers.reporting import quiet, told
from toysim.papers.site.cards import lines, shown_by
from toysim.papers.site.comparing import draw_comparison, judged_tree
from toysim.papers.site.pages import write_index
from toysim.papers.site.words import AGREEMENTS, change_told, linked
from toysim.references import Named
from toysim.registry import load_reproduction

NAMES = {"id", "for", "aria-labelledby"}
HOSTILE = """<script>alert("1")</script> & 'né' {{ 1 }}"""


class Page:
    """A page as a strict parser of HTML5 reads it."""

    def __init__(self, path):
        self.path = Path(path)
        parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
        self.root = parser.parse(self.path.read_text())

    def all(self, tag, **wanted):
        found = self.root.iter(tag)
        return [e for e in found if all(e.get(k.strip("_")) == v for k, v in wanted.items())]

    def values(self, name):
        return [e.get(name) for e in self.root.iter() if e.get(name) is not None]

    def cards(self):
        return [e for e in self.all("article") if "card" in e.get("class", "").split()]


def words(element):
    return " ".join("".join(element.itertext()).split())


def badges(element):
    return [words(e) for e in element.iter("span") if "badge" in e.get("class", "").split()]


def dead(page):
    """Links of a page that lead nowhere: to no id of it, no file beside it, and not to arXiv."""
    ids = set(page.values("id"))
    for link in page.values("href"):
        if link.startswith("#"):
            there = unquote(link[1:]) in ids
        elif link.startswith("https://arxiv.org/abs/"):
            continue
        else:
            there = (page.path.parent / unquote(link)).exists()
        if not there:
            yield link


def sound(page):
    """What every page must be."""
    assert list(dead(page)) == []
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert set(page.values("aria-labelledby")) <= set(ids)
    for image in page.all("img"):
        assert len(image.get("alt")) > 20
        assert (page.path.parent / unquote(image.get("src"))).is_file()
    assert not [e for tag in ("script", "link", "iframe") for e in page.all(tag)]
    assert "http" not in "".join(page.values("src")) + "".join(words(e) for e in page.all("style"))
    assert page.all("html")[0].get("lang") == "en"
    assert len(page.all("h1")) == 1


@pytest.fixture(scope="module")
def page(reproduced):
    return Page(reproduced.page)


@pytest.fixture(scope="module")
def index(reproduced):
    return Page(reproduced.index)


def test_pages_are_sound(page, index):
    sound(page)
    sound(index)


def test_badges_are_the_verdicts_of_the_data(page, index, reproduced):
    verdicts = [str(claim.verdict) for claim in reproduced.claims]
    assert [badges(card) for card in page.cards()] == [[verdict] for verdict in verdicts]
    counted = {f"{word}: {n}" for word, n in Counter(verdicts).items()}
    assert set(badges(page.all("header")[0])) == counted
    (paper,) = index.all("li", id="paper-critical_periods")
    assert set(badges(paper)) == counted


def test_a_card_has_sentence_numbers_limits_source_spoiler_and_links(page, reproduced):
    for card, judged in zip(page.cards(), reproduced.claims, strict=True):
        claim, text = judged.claim, words(card)
        named = dict(zip(map(words, card.iter("dt")), map(words, card.iter("dd")), strict=True))
        assert {"limits", "source", "must fail with", "data and sweep file", "again"} <= set(named)
        assert named["source"] == claim.source
        assert named["again"] == "toysim reproduce critical_periods --preset ci"
        for spoiler in claim.spoilers:
            assert spoiler.observable in named["must fail with"]
        for number in judged.evidence.numbers:
            for value in np.asarray(number.measured).ravel():
                assert f"{value:{number.form}}" in text
        links = [e.get("href") for e in card.iter("a")]
        for sweep in claim.sweeps:
            assert f"#sweep-critical_periods.{sweep}" in links
        shown = shown_by(claim, load_reproduction("critical_periods"))
        assert [f"#figure-{recipe.name}" in links for recipe in shown] == [True] * len(shown)
        assert shown or named["figures"] == "none of the paper's is drawn from its data"


def test_figures_are_there_to_take_away(page, results):
    for recipe in load_reproduction("critical_periods").figures:
        (article,) = page.all("article", id=f"figure-{recipe.name}")
        links = [e.get("href") for e in article.iter("a")]
        for form in ("png", "svg", "pdf", "csv"):
            assert f"figures/critical_periods.{recipe.name}.{form}" in links
        (image,) = article.iter("img")
        assert recipe.title in image.get("alt")
        record = json.loads((results / f"figures/critical_periods.{recipe.name}.json").read_text())
        assert record["words"] in image.get("alt")
        assert len(record["words"]) > 10


def test_every_comparison_has_its_verdicts_and_its_picture(page, reproduced):
    for sweep, table in reproduced.comparisons.items():
        (article,) = page.all("article", id=f"compared-{sweep}")
        verdicts = [str(v.verdict) for v in table]
        told = Counter(verdicts)
        counts = [f"{word}: {told[word]}" for word in AGREEMENTS if told[word]]
        assert badges(article) == counts + verdicts
        assert [e.get("src").split("/")[1] for e in article.iter("img")] == ["compared"]


def test_a_comparison_is_drawn_as_it_was_judged(reproduced, reproduced_data):
    name = "critical_periods.depth"
    figure = draw_comparison(judged_tree(reproduced_data[name]))
    line, within = figure.axes
    for v in reproduced.comparisons[name]:
        if not v.decided + v.undecided:
            continue
        points = {artist.get_gid(): artist for artist in (*line.lines, *within.lines)}
        share = np.abs(points[f"{v.observable} differences"].get_xdata())
        assert share.max() == pytest.approx(v.share, rel=1e-6)


def test_a_difference_stands_out_of_the_band():
    law = xr.Dataset({"y": ("x", [1.0, 2.0]), "state": ("x", [1, 1])})
    judged = xr.Dataset({"y": ("x", [0.1, 0.0]), "y_tolerance": ("x", [0.01, 0.0])})
    tree = xr.DataTree.from_dict({"simulation": judged, "theory": law})
    line, within = draw_comparison(tree).axes
    assert within.lines[0].get_xdata() == pytest.approx([10.0, 0.0])
    assert within.get_xscale() == "symlog"
    assert line.lines[-1].get_ydata() == pytest.approx([0.55, 1.0])


@pytest.fixture
def hostile(reproduced_data, tmp_path):
    """A paper whose every name and text is an attack, on real data."""

    def draw(tree):
        figure = new_figure(2, 2)
        figure.subplots().plot([1, 2], label=HOSTILE)
        figure.axes[0].set(title="panel", xlabel="x")
        return figure

    def check(tree):
        return Evidence(True, (Number(HOSTILE, 1.5, 1.4, 0.2, unit=HOSTILE),), HOSTILE)

    def broken(tree):
        raise ValueError(HOSTILE)

    sweep, name = "critical_periods.late", """a"b'<i>é"""
    claims = [
        Claim(f"{name}{k}", HOSTILE, HOSTILE, (sweep,), test, (), limits=HOSTILE)
        for k, test in enumerate((check, broken))
    ]
    recipe = Recipe(name, HOSTILE, HOSTILE, (sweep,), draw)
    paper = Reproduction(name, HOSTILE, HOSTILE, (recipe,), tuple(claims), {sweep: HOSTILE})
    tree = reproduced_data[sweep].copy()
    tree.attrs |= {"title": HOSTILE, "sweep_text": HOSTILE, "host": HOSTILE}
    outcome = told(paper, None, tmp_path, {sweep: tree}, {}, quiet)
    return outcome, Page(outcome.page), Page(write_index(tmp_path, [HOSTILE]))


def test_hostile_names_are_text(hostile):
    outcome, page, index = hostile
    assert [c.verdict for c in outcome.claims] == [Verdict.REPRODUCED, Verdict.BROKEN]
    for one in (page, index):
        sound(one)
        assert words(one.root).count("""<script>alert("1")</script>""") > 1
        assert "{{ 1 }}" in words(one.root)
    assert words(page.all("h1")[0]) == HOSTILE


def test_what_is_missing_is_said(reproduced_data, tmp_path):
    paper = load_reproduction("critical_periods")
    some = {name: tree for name, tree in reproduced_data.items() if name.endswith(".late")}
    outcome = told(paper, "ci", tmp_path, some, {}, quiet)
    write_index(tmp_path, [])
    page = Page(outcome.page)
    assert not outcome.ok
    assert Counter(c.verdict for c in outcome.claims)[Verdict.MISSING] > 3
    assert [badges(c) for c in page.cards()] == [[str(c.verdict)] for c in outcome.claims]
    assert "Not drawn: nothing is stored of critical_periods.depth" in words(page.root)
    sound(page)


def test_a_report_runs_nothing_and_writes_the_same_pages(reproduced, results):
    before = {path: path.read_bytes() for path in results.glob("*.html")}
    found = toysim.report(results=results)  # at the preset of the page that is there
    assert [outcome.name for outcome in found.outcomes] == ["critical_periods"]
    assert found.ok
    assert all(figure.cached for figure in found.outcomes[0].figures)
    assert {path: path.read_bytes() for path in results.glob("*.html")} == before
    assert found.drawing < found.seconds
    with pytest.raises(ToysimError, match=r"nothing is stored .* toysim reproduce double_descent"):
        toysim.report(["double_descent"], results=results)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("arXiv:2308.12221", {"2308.12221"}),
        ("arXiv:2003.02218, 2210.03294v2; section 3.1234", {"2003.02218", "2210.03294"}),
        ("arXiv:cond-mat/9706021 p. 2", {"cond-mat/9706021"}),
        ("derived, at 0.2063", set()),
    ],
)
def test_arxiv_numbers_are_links(text, links):
    parts = linked(text).split('href="')[1:]
    assert {
        part.partition('"')[0].removeprefix("https://arxiv.org/abs/") for part in parts
    } == links


def named(values):
    """Losses change places."""


if True:  # its source is indented

    def halved(v):
        return v / 2


made: dict = {}
exec("def without_source(v):\n    return 2 * v", made)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v: 0.9 * v, "v becomes 0.9 * v"),
        (np.sqrt, "sqrt"),
        (named, "Losses change places."),
        (halved, "halved: v becomes v / 2"),
        (made["without_source"], "without source"),
        (
            backwards("depth"),
            "backwards: v becomes v.isel({dim: slice(None, None, -1)}).values (dim depth)",
        ),
        (
            Named("toysim.figures.online_rules.evidence", "exchanged"),
            "The two rules change places.",
        ),
        (
            Named("toysim.figures.online_rules.evidence", "flatter"),
            "flatter: error becomes error ** 0.9",
        ),
    ],
)
def test_a_spoiler_in_words(change, words):
    assert change_told(change) == words


def test_every_spoiler_has_words():
    papers = map(load_reproduction, toysim.registry.reproduction_names())
    spoilers = [s for paper in papers for claim in paper.claims for s in claim.spoilers]
    told = [change_told(s.change) for s in spoilers if isinstance(s, Spoiler)]
    assert len(told) == len(spoilers)
    assert not {"changed", "Named"} & set(told)


def test_numbers_entry_by_entry():
    draws = xr.DataArray([[1.0, np.nan], [1.0, 3.0]], dims=("x", "replica"))
    found = list(lines(Number("m", [1.0, 2.0], 2.0, [0.1, 0.2], "s", ".1f", draws)))
    assert [(x.measured, x.expected, x.error, x.unit) for x in found] == [
        ("1.0 (1 of 2)", "2.0", "0.1", "s"),
        ("2.0", "2.0", "0.2", "s"),
    ]
