"""Every reproduction but the README's, run whole: expected verdicts, claims that can fail, figures
without gaps.
"""

from functools import cache

import numpy as np
import pytest
from helpers import every_panel_is_drawn, spoiled
from spoilers import SPOILERS

import toysim
from toysim import drawing
from toysim.papers.claims import judge
from toysim.registry import load_reproduction, reproduction_names
from toysim.store.dataset import read_tree

pytestmark = pytest.mark.slow


NAMES = sorted(set(reproduction_names()) - {"critical_periods"})
each = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """A reproduction's outcome by name, run once."""
    return cache(lambda name: toysim.reproduce(name, results=tmp_path_factory.mktemp(name)))


def data_of(found):
    return {name: read_tree(path) for name, path in found.stores.items()}


@each
def test_comes_out_as_expected(outcome, name):
    found = outcome(name)
    assert {c.name: c.verdict for c in found.claims} == {
        c.name: c.expected_verdict for c in found.claims
    }
    assert found.ok


@each
def test_no_panel_is_empty_or_nan(outcome, name):
    data = data_of(outcome(name))
    for recipe in load_reproduction(name).figures:
        every_panel_is_drawn(drawing.draw(recipe, data))


@each
def test_each_claim_can_come_out_otherwise(outcome, name):
    data = data_of(outcome(name))
    claims = {claim.name: claim for claim in load_reproduction(name).claims}
    assert set(SPOILERS[name]) == set(claims)
    for found in outcome(name).claims:
        for sweep, observable, change in SPOILERS[name][found.name]:
            full = f"{name}.{sweep}"
            side = "simulation" if "simulation" in data[full] else "theory"
            wrong = spoiled(data[full], side, observable, change)
            assert judge(claims[found.name], {**data, full: wrong}).verdict != found.verdict, (
                found.name,
                sweep,
            )


def test_edge_of_stability_draws_what_is_stored(outcome):
    data = data_of(outcome("edge_of_stability"))
    recipes = {recipe.name: recipe for recipe in load_reproduction("edge_of_stability").figures}

    def drawn(name):
        lines = (line for axes in drawing.draw(recipes[name], data).axes for line in axes.lines)
        return {line.get_gid(): np.asarray(line.get_ydata(), float) for line in lines}

    def stored(sweep, name):
        return data[f"edge_of_stability.{sweep}"]["simulation"].to_dataset()[name]

    np.testing.assert_array_equal(
        drawn("bifurcation")["samples"], stored("bifurcation", "strong_samples").values.ravel()
    )
    np.testing.assert_array_equal(
        drawn("weak_feature")["final_weak"], stored("weak_feature", "final_weak").values[:, 0]
    )
    ends = drawn("sharpness")["ends:quartic"]
    np.testing.assert_array_equal(ends, stored("sharpness_quartic", "edge_share").values[:, 0])
    course = stored("river_course", "loss").sel(schedule="wsd", budget=1).mean("replica")
    np.testing.assert_array_equal(drawn("river")["simulation:loss:wsd:1"], course.values)


def test_benign_oscillation_compares_only_where_theory_holds(outcome):
    """In chaos a course says nothing of a course: only the sweep below the doublings is
    compared.
    """
    for name, table in outcome("benign_oscillation").comparisons.items():
        verdicts = {v.verdict for v in table}
        assert verdicts <= {"agrees", "outside validity"}
        assert ("agrees" in verdicts) == (name == "benign_oscillation.recursion")
