"""The reproduction of arXiv:2310.17074: verdicts as expected, figures whole, every claim able to come out otherwise."""

import numpy as np
import pytest

import toysim
from toysim import drawing
from toysim.claims import judge
from toysim.registry import load_reproduction
from toysim.runner.dataset import read_tree

pytestmark = pytest.mark.slow  # half a minute of training
PAPER = load_reproduction("benign_oscillation")


@pytest.fixture(scope="module")
def reproduced(tmp_path_factory):
    return toysim.reproduce("benign_oscillation", results=tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def data(reproduced):
    return {name: read_tree(path) for name, path in reproduced.stores.items()}


def test_verdicts_are_the_expected_ones(reproduced):
    assert {c.name: c.verdict for c in reproduced.claims} == {c.name: c.expected_verdict for c in reproduced.claims}
    assert reproduced.ok


def test_theory_is_compared_only_where_it_holds(reproduced):
    for name, table in reproduced.comparisons.items():
        verdicts = {v.verdict for v in table}
        assert verdicts <= {"agrees", "outside validity"}
        assert ("agrees" in verdicts) == (name == "benign_oscillation.recursion")


@pytest.mark.parametrize("recipe", PAPER.figures, ids=lambda r: r.name)
def test_no_panel_is_empty_or_nan(recipe, data):
    for axes in drawing.draw(recipe, data).axes:
        curves = [np.asarray(line.get_ydata(), float) for line in axes.lines]
        assert any(c.size > 1 for c in curves)
        assert all(np.isfinite(c).all() for c in curves), axes.get_title()
        assert axes.get_title()


# For each claim: the sweep, the observable and what is done to it.
SPOILERS = {
    "window_of_steps": ("transition", "weak_output", lambda v: 0.1 * v),
    "only_with_oscillation": ("transition", "weak_accuracy", lambda v: 1.2 * v),
    "test_accuracies": ("headline", "mixed_accuracy", lambda v: v[::-1]),
    "residuals_accumulate": ("transition", "accumulation_slack", lambda v: v - 1),
    "oscillation_lasts": ("transition", "late_residual", lambda v: v + 0.2),
    "oscillation_ends_itself": ("self_termination", "weak_output", lambda v: 0.9 * v),
    "learned_inside_noise_window": ("noise_window", "weak_accuracy", lambda v: 0.75 * v),
    "noise_window_is_sharp": ("noise_window", "weak_accuracy", None),
    "bounded": ("wall", "regime", lambda v: np.zeros_like(v)),
    "recursion_is_exact": ("recursion", "weak_groups", lambda v: v * (1 + 1e-8)),
}


@pytest.mark.parametrize("name", sorted(SPOILERS))
def test_each_claim_can_come_out_otherwise(name, data):
    claim = {c.name: c for c in PAPER.claims}[name]
    sweep, observable, change = SPOILERS[name]
    sweep = f"benign_oscillation.{sweep}"
    spoiled = data[sweep].copy(deep=True)
    values = spoiled["simulation"][observable]
    if change is None:  # what the derived window would give if it were sharp
        ds = spoiled["simulation"].to_dataset()
        half, square = ds["n_samples"] / 2, ds["noise_norm"] ** 2 / 0.01
        inside = ((1 - ds["strong_fraction"]) * half < square) & (square < ds["strong_fraction"] * half)
        sharp = (inside & (ds["gamma_u"] > 1)).broadcast_like(values).transpose(*values.dims)
        values.values[...] = np.where(sharp, 1.0, 0.5)
    else:
        values.values[...] = change(values.values.copy())
    assert judge(claim, {**data, sweep: spoiled}).verdict != judge(claim, data).verdict


def test_every_claim_has_a_spoiler():
    assert {c.name for c in PAPER.claims} == set(SPOILERS)
