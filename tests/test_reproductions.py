"""Every reproduction at its preset ``ci``: verdicts as expected, claims that can fail, figures."""

from functools import cache

import numpy as np
import pytest
from helpers import every_panel_is_drawn
from readable import faults

import toysim
from toysim.figures.binary_continual_learning.phases_evidence import FLAT, WITH_PRIOR
from toysim.figures.edge_of_stability.schedules import POINTS
from toysim.outcomes import Verdict
from toysim.papers.claims import judge, spoiled
from toysim.papers.drawing import style
from toysim.papers.panels import Look, shaped
from toysim.papers.pictures import draw
from toysim.registry import load_reproduction, reproduction_names
from toysim.store.dataset import read_tree

each = pytest.mark.parametrize("name", reproduction_names())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """A reproduction's outcome by name and preset, run once."""

    def run(name, preset="ci"):
        return toysim.reproduce(name, preset=preset, results=tmp_path_factory.mktemp(name))

    return cache(run)


def data_of(found):
    return {name: read_tree(path) for name, path in found.stores.items()}


def verdicts(found):
    return {c.name: c.verdict for c in found.claims}


@each
def test_declares_itself(name):
    """No name twice, each claim with a spoiler, at most a third of them undecided at ``ci``."""
    paper = load_reproduction(name)
    assert paper.name == name
    for parts in (paper.figures, paper.claims):
        assert len({part.name for part in parts}) == len(parts)
    undecided = [c for c in paper.claims if c.expected("ci").verdict == Verdict.UNDECIDED]
    assert len(undecided) <= len(paper.claims) / 3
    for claim in paper.claims:
        assert claim.spoilers, claim.name
        named = {sweep for s in claim.spoilers for sweep in s.sweeps}
        assert named <= set(claim.sweeps), claim.name
        assert all(e.reason for e in claim.at.values()), claim.name
        assert (claim.expected_verdict == Verdict.LIMITED) <= bool(claim.limits), claim.name
        tried_at_ci = any(s.preset == "ci" for s in claim.spoilers)
        assert tried_at_ci != (claim in undecided), claim.name


@pytest.mark.slow
@each
def test_comes_out_as_expected(outcome, name):
    found = outcome(name)
    assert verdicts(found) == {c.name: c.expected.verdict for c in found.claims}
    assert found.ok


@pytest.mark.slow
@each
def test_no_panel_is_empty_or_nan(outcome, name):
    data, paper = data_of(outcome(name)), load_reproduction(name)
    for recipe in paper.figures:
        every_panel_is_drawn(draw(recipe, paper, data))


WIDTHS = [pytest.param(3.4, marks=pytest.mark.slow), pytest.param(7.0, marks=pytest.mark.long)]


@pytest.mark.parametrize("width", WIDTHS)  # seconds a picture; what fits a column fits a page
@each
def test_pictures_can_be_read(outcome, name, width):
    data, paper = data_of(outcome(name)), load_reproduction(name)
    found = {}
    for recipe in paper.figures:
        figure = draw(recipe, paper, data)
        with style():
            found[recipe.name] = list(faults(shaped(figure, Look(width=width))))
    assert not any(found.values()), found


@pytest.mark.slow
@each
def test_each_claim_can_come_out_otherwise(outcome, name):
    unturned(outcome(name), load_reproduction(name), "ci")


@pytest.mark.long
@each
def test_every_claim_can_come_out_otherwise_at_full_size(outcome, name):
    """At ``quick``, where claims that ``ci`` leaves undecided are decided."""
    found = outcome(name, "quick")
    assert verdicts(found) == {c.name: c.expected.verdict for c in found.claims}
    unturned(found, load_reproduction(name), "quick")


def unturned(found, paper, preset):
    """Every spoiler that the preset can try turns its claim's verdict."""
    data = data_of(found)
    for judged in found.claims:
        for spoiler in judged.claim.spoilers:
            if preset in ("quick", spoiler.preset):
                wrong = judge(judged.claim, paper, spoiled(spoiler, paper, data), preset)
                assert wrong.verdict != judged.verdict, (judged.name, spoiler.sweep)


@pytest.mark.slow
def test_edge_of_stability_draws_what_is_stored(outcome):
    paper = load_reproduction("edge_of_stability")
    data = data_of(outcome(paper.name))
    recipes = {recipe.name: recipe for recipe in paper.figures}

    def drawn(name):
        lines = (line for axes in draw(recipes[name], paper, data).axes for line in axes.lines)
        return {line.get_gid(): np.asarray(line.get_ydata(), float) for line in lines}

    def stored(sweep, name):
        return data[f"edge_of_stability.{sweep}"]["simulation"].to_dataset()[name]

    samples = stored("bifurcation", "strong_samples").values.ravel()
    np.testing.assert_array_equal(drawn("bifurcation")["samples"], samples)
    weak = stored("weak_feature", "final_weak").values[:, 0]
    np.testing.assert_array_equal(drawn("weak_feature")["simulation:final_weak"], weak)
    ends = stored("sharpness_quartic", "edge_share").values[:, 0]
    np.testing.assert_array_equal(drawn("sharpness")["simulation:ends:quartic"], ends)
    course = stored("river_course", "loss").sel(schedule="wsd", budget=1).mean("replica")
    few = course.values[:: max(1, course.size // POINTS)]
    np.testing.assert_array_equal(drawn("river")["simulation:loss:wsd:1"], few)


@pytest.mark.slow
@pytest.mark.parametrize(("jump", "beta", "kl"), [(FLAT, 20, 0), (WITH_PRIOR, 100, 1)])
def test_loads_written_down_are_the_landmarks(jump, beta, kl):
    for name, written in jump._asdict().items():
        found = float(toysim.landmark("perceptron.field_space", name, beta=beta, kl=kl))
        assert round(found, 4) == written, name


@pytest.mark.slow
def test_benign_oscillation_compares_only_where_theory_holds(outcome):
    """In chaos a course says nothing of a course: only the sweep below the doublings is
    compared.
    """
    for name, table in outcome("benign_oscillation").comparisons.items():
        words = {v.verdict for v in table}
        assert words <= {"agrees", "outside validity"}
        assert ("agrees" in words) == (name == "benign_oscillation.recursion")
