"""Figures and claims at the edge of stability: verdicts as expected, and each claim can fail."""

import numpy as np
import pytest

from toysim import drawing
from toysim.claims import judge
from toysim.comparison import compare
from toysim.registry import load_reproduction
from toysim.runner.dataset import read_tree
from toysim.runner.execute import Options, execute
from toysim.runner.spec import load_sweep

FOUND = load_reproduction("edge_of_stability")
CLAIMS = {claim.name: claim for claim in FOUND.claims}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Every sweep, run; saving the pictures takes as long again and is tested elsewhere."""
    folder = tmp_path_factory.mktemp("results")
    for name in FOUND.sweeps:
        execute(load_sweep(name), folder / f"{name}.zarr", Options(), lambda event: None)
    return {name: read_tree(folder / f"{name}.zarr") for name in FOUND.sweeps}


def test_verdicts_are_as_expected(data):
    assert {c.name: judge(c, data).verdict for c in FOUND.claims} == {c.name: c.expected_verdict for c in FOUND.claims}


@pytest.mark.parametrize("sweep", FOUND.sweeps)
def test_every_sweep_agrees_with_its_theory(data, sweep):
    verdicts = {v.verdict for v in compare(data[sweep])}
    assert "agrees" in verdicts
    assert "differs" not in verdicts


def doctored(data, sweep, name, change):
    """The data with one simulated observable changed."""
    tree = data[f"edge_of_stability.{sweep}"].copy(deep=True)
    tree["simulation"][name].values[...] = change(tree["simulation"][name].values)
    return {**data, f"edge_of_stability.{sweep}": tree}


@pytest.mark.parametrize(
    ("claim", "sweep", "name", "change"),
    [
        ("thresholds", "bifurcation", "strong_samples", np.round),  # no orbit near the threshold
        ("chaos", "bifurcation", "lyapunov", lambda v: -np.abs(v)),
        ("large_steps_teach_the_weak_feature", "weak_feature", "final_weak", lambda v: 0.99 * v),
        ("oscillation_lasts", "course", "strong", lambda v: v + 1.0),
        ("settles_at_the_edge", "sharpness_logistic", "edge_share", lambda v: 0.9 * v),
        ("catapult_bounds", "catapult", "final_eta_kernel", lambda v: 1.1 * v),
        ("catapult_bounds", "catapult_width", "peak_loss", np.sqrt),
        ("opposite_trends", "sparsity_full", "final_l1_norm", lambda v: -v),
        ("wsd_beats_cosine", "schedules", "final_loss", lambda v: -v),
    ],
)
def test_every_claim_can_turn_out_otherwise(data, claim, sweep, name, change):
    assert not judge(CLAIMS[claim], doctored(data, sweep, name, change)).as_expected


@pytest.mark.parametrize("recipe", FOUND.figures, ids=lambda recipe: recipe.name)
def test_no_panel_is_empty_or_nan(data, recipe):
    figure = drawing.draw(recipe, data)
    for axes in figure.axes:
        lines = [np.asarray(line.get_ydata(), float) for line in axes.lines]
        assert any(line.size > 2 for line in lines)
        assert all(np.isfinite(line).all() for line in lines)
        assert axes.get_title()
        assert axes.get_xlabel() or axes.get_shared_x_axes().get_siblings(axes)


def test_pictures_show_what_is_stored(data):
    def drawn(name):
        recipe = next(r for r in FOUND.figures if r.name == name)
        lines = (line for axes in drawing.draw(recipe, data).axes for line in axes.lines)
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
