"""Anchors, refresh learning and random subnetworks: known numbers, plain runs of
``reference/continual.py``, limits, bad input.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from reference import continual as plain

import toysim
from toysim.errors import ToysimError
from toysim.models.continual.anchored.anchors import (
    front_excess,
    path_integral,
    solved,
    synapses,
)
from toysim.models.continual.anchored.problem import Tasks, losses

HESSIANS = np.array([[[1, 0.3], [0.3, 0.5]], [[0.4, -0.1], [-0.1, 0.9]]])
TEACHERS = np.array([[1, -0.5], [0.2, 0.8]])
TWO = Tasks(HESSIANS, TEACHERS, np.zeros((2, 0, 2)))


def minimum(method, strength=0.7, step=0.0):
    p = SimpleNamespace(dimension=2, method=method, strength=strength, xi=1e-3, step=step)
    return solved(p, TWO)[:2]


@pytest.mark.parametrize(
    ("method", "old", "new"),
    [
        ("joint", 0.2439601283, 0.0529169189),
        ("ewc", 0.1950197239, 0.1093145957),
        ("l2", 0.12468, 0.19838),
        ("si", 0.305975069, 0.0255723383),
        ("mas", 0.1422643377, 0.1903289131),
    ],
)
def test_losses_of_two_tasks(method, old, new):
    w, _ = minimum(method)
    np.testing.assert_allclose(losses(TWO, w), [old, new], atol=1e-10)
    assert front_excess(TWO, old, new) > 1.0 - 1e-9


def test_importances():
    curvature, modes = np.linalg.eigh(HESSIANS[0])
    omega = path_integral(curvature, modes, -TEACHERS[0], 0.0)
    np.testing.assert_allclose(omega, [0.3775, 0.035], atol=1e-12)
    found = synapses(HESSIANS[0], TEACHERS[0])
    np.testing.assert_allclose(found, [1.71778584, 0.8202322], atol=1e-8)


def test_synapses_of_drawn_inputs():
    x = np.random.default_rng(0).multivariate_normal([0, 0], HESSIANS[0], 400_000)
    drawn = np.abs(2 * (x @ TEACHERS[0])[:, None] * x)
    error = drawn.std(axis=0) / np.sqrt(len(x))
    apart = drawn.mean(axis=0) - synapses(HESSIANS[0], TEACHERS[0])
    assert np.abs(apart / error).max() < 4.5


@pytest.mark.parametrize("method", ["joint", "ewc", "l2", "si"])
def test_plain_descents(method):
    matrices = {
        "joint": lambda h, w, path, move: h,
        "ewc": lambda h, w, path, move: np.diag(np.diag(h)),
        "l2": lambda h, w, path, move: np.eye(2),
        "si": lambda h, w, path, move: np.diag(path / (move**2 + 1e-3)),
    }
    rate = 0.02
    w, path = plain.anchored(HESSIANS, TEACHERS, 0.7, matrices[method], rate)
    largest = np.linalg.eigvalsh(HESSIANS[0])[-1]
    exact, _ = minimum(method, step=rate * largest)
    np.testing.assert_allclose(w, exact, atol=1e-9)
    curvature, modes = np.linalg.eigh(HESSIANS[0])
    np.testing.assert_allclose(path_integral(curvature, modes, -TEACHERS[0], rate), path)


def test_joint_with_strength_one_minimises_the_sum_of_all_losses():
    fixed = {"method": "joint", "strength": 1.0, "n_tasks": 5, "dimension": 6}
    joint = toysim.theory("continual.anchored", **fixed)["task_loss"].values
    assert toysim.theory("continual.anchored", **fixed | {"strength": 1.1})["task_loss"].sum() > (
        joint.sum()
    )
    assert toysim.theory("continual.anchored", **fixed | {"strength": 0.9})["task_loss"].sum() > (
        joint.sum()
    )


def test_no_strength_forgets_and_the_new_task_is_learned():
    exact = toysim.theory("continual.anchored", strength=0.0)
    assert float(exact["new_loss"]) < 1e-20
    assert float(exact["old_loss"]) > 0.1


def test_projection_keeps_what_is_old():
    fixed = {"method": "projection", "n_samples": 4, "n_tasks": 3}
    run = toysim.run("continual.anchored", **fixed)
    np.testing.assert_allclose(run["old_loss"], 0.0, atol=1e-13)


@pytest.mark.parametrize(
    ("gamma", "rate", "loss"),
    [(0.0, 0.0509, 0.00801), (0.02, 0.06532, 0.0081943), (0.05, 0.08338, 0.0087642)],
)
def test_the_best_rates_of_refresh_learning(gamma, rate, loss):
    told = [
        float(toysim.landmark("continual.refresh", name, unlearning_rate=gamma))
        for name in ("best_learning_rate", "best_loss")
    ]
    np.testing.assert_allclose(told, [rate, loss], atol=6e-6)


def test_the_loss_at_the_strongest_unlearning():
    mark = toysim.landmark("continual.refresh", "best_loss", unlearning_rate=0.1)
    np.testing.assert_allclose(float(mark), 0.0110149, atol=6e-8)


@pytest.mark.parametrize("noise", [1e4, 1e6])
def test_the_best_rate_of_a_loud_background_is_small(noise):
    """No rate near it is better; 1e-5 of the largest was the least that was looked at."""
    fixed = {"noise": noise, "n_records": 1}
    best = float(toysim.landmark("continual.refresh", "best_learning_rate", noise=noise))
    losses = [
        float(toysim.theory("continual.refresh", learning_rate=x * best, **fixed)["loss"].item())
        for x in (0.7, 1.0, 1.4)
    ]
    assert losses[1] == min(losses)


def test_no_best_rate_where_the_loss_grows_at_all_of_them():
    mark = toysim.landmark("continual.refresh", "best_loss", unlearning_rate=0.5)
    assert "grows at every learning rate" in mark.reason


@pytest.mark.parametrize("gamma", [0.0, 0.1])
def test_plain_runs_of_refresh_learning(gamma):
    rng = np.random.default_rng(1)
    draws = plain.refresh(rng, 6, 0.8, 0.2, 0.12, gamma, 30, 40_000)
    fixed = {"dimension": 6, "spectrum": 0.8, "noise": 0.2, "learning_rate": 0.12, "n_records": 1}
    exact = toysim.theory("continual.refresh", **fixed, unlearning_rate=gamma, n_updates=30)
    error = draws.std() / np.sqrt(len(draws))
    assert abs(draws.mean() - float(exact["loss"].values.item())) < 4.5 * error
    assert error < 0.01 * draws.mean()


def test_subnetwork_numbers():
    exact = toysim.theory("continual.sparse_masks")
    errors = [1.068928, 1.03616, 0.9952, 0.944, 0.88, 0.8]
    np.testing.assert_allclose(exact["error"].values.ravel(), errors, atol=1e-12)
    np.testing.assert_allclose(float(exact["mean_error"]), 0.954048, atol=1e-9)
    best = float(toysim.landmark("continual.sparse_masks", "best_density"))
    np.testing.assert_allclose(best, 0.1294494367, atol=1e-10)
    assert float(toysim.landmark("continual.sparse_masks", "best_density", distance=0.9)) == 1.0
    frozen = toysim.theory("continual.sparse_masks", rule="freeze")
    np.testing.assert_allclose(frozen["error"].values.ravel(), errors[::-1], atol=1e-12)


@pytest.mark.parametrize("freeze", [False, True])
def test_plain_subnetworks(freeze):
    rng = np.random.default_rng(2)
    draws = np.array([plain.subnetworks(rng, 4, 40, 12, 1.2, freeze) for _ in range(1500)])
    rule = "freeze" if freeze else "overwrite"
    fixed = {"n_tasks": 4, "dimension": 40, "density": 0.3, "distance": 1.2, "rule": rule}
    exact = toysim.theory("continual.sparse_masks", **fixed)["error"].values.ravel()
    error = draws.std(axis=0) / np.sqrt(len(draws))
    assert np.abs((draws.mean(axis=0) - exact) / error).max() < 4.5


def test_the_best_layers_are_best():
    fixed = {"layer_sizes": (400, 1600), "layer_energies": (2.0, 1.0), "density": 0.1}
    exact = toysim.theory("continual.sparse_masks", **fixed)
    best = exact["best_layer_density"].values.ravel()
    np.testing.assert_allclose(best @ [400, 1600], 200, rtol=1e-9)

    def error(rho):
        taken = np.mean([1 - (1 - rho) ** k for k in range(6)], axis=0)
        return (np.array([400, 1600]) * [2.0, 1.0]) @ (1 - rho + 2 * rho * taken)

    shifts = [np.array([4e-3, -1e-3]), np.array([-4e-3, 1e-3])]
    assert all(error(best) < error(best + shift) for shift in shifts)
    assert error(best) < error(np.full(2, 0.1))


@pytest.mark.parametrize(
    ("model", "parameters", "told"),
    [
        ("anchored", {"n_samples": 5}, "no unique minimum"),
        ("anchored", {"method": "projection"}, "span all directions"),
        ("anchored", {"method": "projection", "n_samples": 0}, "are none"),
        (
            "anchored",
            {"method": "si", "xi": 0.0, "similarity": 1.0, "n_tasks": 3},
            "moves no weight",
        ),
        ("sparse_masks", {"distance": 2.5}, "2T/\\(T-1\\) = 2.4"),
        ("sparse_masks", {"layer_sizes": (0,)}, "of 1 to"),
        ("sparse_masks", {"layer_energies": (1.0, 2.0)}, "each of 1 layers"),
    ],
)
def test_bad_input_is_told_in_a_line(model, parameters, told):
    with pytest.raises(ToysimError, match=told) as error:
        toysim.run(f"continual.{model}", **parameters)
    assert "\n" not in str(error.value)
