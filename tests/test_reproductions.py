"""Every reproduction but the README's, run whole: expected verdicts, claims that can fail, figures without gaps."""

from functools import cache

import numpy as np
import pytest
import xarray as xr
from helpers import every_panel_is_drawn, spoiled

import toysim
from toysim import drawing
from toysim.claims import judge
from toysim.registry import load_reproduction, reproduction_names
from toysim.runner.dataset import read_tree

pytestmark = pytest.mark.slow


def learned_where_derived(v):
    """Weak accuracies if the derived window in the noise were sharp."""
    half, square = v["n_samples"] / 2, v["noise_norm"] ** 2 / 0.01
    inside = ((1 - v["strong_fraction"]) * half < square) & (square < v["strong_fraction"] * half)
    return xr.where(inside & (v["gamma_u"] > 1), 1.0, 0.5).broadcast_like(v).transpose(*v.dims)


# For each claim: the sweeps whose data are changed one at a time, the observable, and what is done to its values.
SPOILERS = {
    "benign_oscillation": {
        "window_of_steps": [("transition", "weak_output", lambda v: 0.1 * v)],
        "only_with_oscillation": [("transition", "weak_accuracy", lambda v: 1.2 * v)],
        "test_accuracies": [("headline", "mixed_accuracy", lambda v: v[::-1])],
        "residuals_accumulate": [("transition", "accumulation_slack", lambda v: v - 1)],
        "oscillation_lasts": [("transition", "late_residual", lambda v: v + 0.2)],
        "oscillation_ends_itself": [("self_termination", "weak_output", lambda v: 0.8 * v)],
        "learned_inside_noise_window": [("noise_window", "weak_accuracy", lambda v: 0.75 * v)],
        "noise_window_is_sharp": [("noise_window", "weak_accuracy", learned_where_derived)],
        "bounded": [("wall", "regime", lambda v: 0 * v)],
        "recursion_is_exact": [("recursion", "weak_groups", lambda v: v * (1 + 1e-8))],
    },
    "learning_regimes": {
        "rich_or_lazy": [("rich_lazy", "half_learning_time", lambda v: 1.05 * v)],
        "one_by_one_or_at_once": [("rich_lazy_network", "half_learning_time", lambda v: v[..., ::-1])],
        "deeper_is_slower": [("depth_time", "half_learning_time", lambda v: v[::-1])],
        "large_steps_rebalance": [("rebalancing", "final_share", lambda v: 0 * v)],
    },
    "matrix_completion": {
        "late_switch_hurts": [
            ("seeds", "relative_test_loss", lambda v: np.where(v.replica.values[:, None] == 3, 0.0, v))
        ],
        "depth_one_has_none": [("depth", "relative_test_loss", lambda v: v - 2e-3)],
        "deeper_is_hurt_more": [("depth", "relative_test_loss", lambda v: -v)],
        "lower_rank_is_harmless": [("rank", "relative_test_loss", lambda v: 0 * v - (v.rank_before > 3))],
        "higher_rank_hurts_more": [("rank", "relative_test_loss", lambda v: -v)],
        "more_entries_heal": [("observed", "relative_test_loss", lambda v: v - 0.11)],
        "subset_hurts": [("subset", "relative_test_loss", lambda v: -v)],
        "subset_hurts_deeper_more": [("subset_depth", "relative_test_loss", lambda v: -v)],
        "every_start_is_hurt": [("start", "relative_test_loss", lambda v: 0.1 * v)],
        "descent_follows_the_flow": [("analytic", "singular_values", lambda v: 1.03 * v)],
        "decoupled_raises_shallow_rank": [("decoupled", "effective_rank", lambda v: v.values[[0, 2, 1]])],
    },
    "edge_of_stability": {
        "thresholds": [("bifurcation", "strong_samples", np.round)],  # no orbit near the threshold
        "chaos": [("bifurcation", "lyapunov", lambda v: -np.abs(v))],
        "large_steps_teach_the_weak_feature": [("weak_feature", "final_weak", lambda v: 0.99 * v)],
        "oscillation_lasts": [("course", "strong", lambda v: v + 1.0)],
        "settles_at_the_edge": [("sharpness_logistic", "edge_share", lambda v: 0.9 * v)],
        "catapult_bounds": [
            ("catapult", "final_eta_kernel", lambda v: 1.1 * v),
            ("catapult_width", "peak_loss", np.sqrt),
        ],
        "opposite_trends": [("sparsity_full", "final_l1_norm", lambda v: -v)],
        "wsd_beats_cosine": [("schedules", "final_loss", lambda v: -v)],
    },
}


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
    assert {c.name: c.verdict for c in found.claims} == {c.name: c.expected_verdict for c in found.claims}
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
            wrong = spoiled(data[full], "simulation", observable, change)
            assert judge(claims[found.name], {**data, full: wrong}).verdict != found.verdict, (found.name, sweep)


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
    """In chaos a course says nothing of a course: only the sweep below the doublings is compared."""
    for name, table in outcome("benign_oscillation").comparisons.items():
        verdicts = {v.verdict for v in table}
        assert verdicts <= {"agrees", "outside validity"}
        assert ("agrees" in verdicts) == (name == "benign_oscillation.recursion")
