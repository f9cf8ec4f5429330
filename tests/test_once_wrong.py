"""Words and numbers at inputs where a reader was once told something else than is so."""

import time

import numpy as np
import pytest

import toysim
from toysim.registry import load_model


def test_a_step_that_decides_one_depth_alone():
    """At step 0.35 depth 3 has not settled where depth 2 has: 1 is decided, 1 is not."""
    fixed = {"n_pathways": 1, "start_strength": 0.5, "step": 0.35, "duration": 50.0}
    tree = toysim.sweep("deep_linear.modes", depth=[2, 3], allow_unstable=True, **fixed)
    found = {v.observable: v for v in toysim.compare(tree)}["final_strength"]
    assert (found.verdict, found.decided, found.undecided) == ("agrees", 1, 1)
    assert found.worst["depth"] == 2
    assert float(tree["theory"].final_strength.sel(depth=3).item()) == pytest.approx(2.0, abs=1e-6)


def test_instances_that_can_be_stored_are_no_sample_of_all():
    """At margin -0.5 and load 1.6 about a third of 15 weights' instances have no solution."""
    fixed = {"margin": -0.5, "alpha": 1.6, "sampler": "enumeration", "size": 15}
    table = toysim.compare(toysim.sweep("perceptron.storage", replicas=200, **fixed))
    assert {v.verdict for v in table} == {"undecided"}
    assert 30 < table.left_out < 100
    assert table.survivors == 1


def test_a_mean_of_catapults_says_how_many_came_down():
    """At eta K = 4 a network of width 30 diverges in about half of the draws."""
    tree = toysim.sweep("oscillation.catapult", width=30, start_eta_kernel=[4.0], replicas=40)
    runs = tree["simulation"].to_dataset()
    ended = int((runs["status"] == 0).sum())
    mean = runs.toysim.mean()
    assert 5 < ended < 35
    assert mean["count_final_loss"].item() == ended
    assert runs.toysim.sem()["count_final_loss"].item() == ended


def test_a_learner_of_one_task_knows_nothing_of_the_second():
    fixed = {"alpha_2": 0.0, "size": 51, "epochs_1": 20, "epochs_2": 20}
    found = toysim.run("perceptron.learner", **fixed)
    assert np.isfinite(found.loss.values).all()
    assert found.cross_overlap.values.ravel()[0] == 0.0


@pytest.mark.parametrize("size", [17, pytest.param(21, marks=pytest.mark.slow)])
def test_enumeration_at_a_given_overlap_is_not_dearer_than_it_declares(size):
    """By no more than a factor of ten; instances with few solutions take far less."""
    fixed = {"given": "overlap", "target_overlap": 0.6, "alpha": 0.4, "sampler": "enumeration"}
    model = load_model("perceptron.franz_parisi")
    toysim.run(model.id, size=9, **fixed)  # compiles
    start = time.process_time()
    toysim.run(model.id, size=size, **fixed)
    taken = time.process_time() - start
    assert taken < 10.0 * model.seconds(model.validate({"size": size, **fixed}))
