"""Mean field of the perceptron in field space: free entropies written out plainly, prototype's numbers, limits."""

import math

import numpy as np
import pytest
from reference.perceptron_field_space import gradient, one_task, two_tasks
from toysim.models.perceptron.continual.theory import reference_of, second_measure
from toysim.models.perceptron.field_space.measure import task_measure
from toysim.models.perceptron.field_space.transitions import coexistence, instability

import toysim
from toysim.errors import ToysimError
from toysim.registry import load_model

# Values of an independent prototype (trapezoids and Gauss-Legendre sums, damped iteration), to their last digit.
ONE_TASK = [
    ({"beta": 1.0, "alpha": 1.0}, {"replica_overlap": 0.075729, "overlap": 0.185670, "self_overlap": 0.344115}),
    ({"beta": 1.0, "alpha": 4.0}, {"replica_overlap": 0.356412, "overlap": 0.571981, "self_overlap": 0.474599}),
    (
        {"beta": 5.0, "alpha": 1.0},
        {"replica_overlap": 0.382987, "overlap": 0.453948, "self_overlap": 0.524557, "free_entropy": -1.289288,
         "stability": 0.185072},
    ),
    (
        {"beta": 20.0, "alpha": 2.0},
        {"replica_overlap": 0.978238, "overlap": 0.988999, "self_overlap": 0.978394, "error": 0.001327,
         "free_entropy": -5.690256, "stability": 0.016206},
    ),
    ({"beta": 100.0, "kl": 1.0, "alpha": 1.0, "branch": "low"}, {"error": 0.27701}),
    ({"beta": 100.0, "kl": 1.0, "alpha": 2.2, "branch": "low"}, {"error": 0.08028}),
]  # fmt: skip
LAST_DIGIT = {"error": 5e-6}
FIXED = {0.75: 0.11255, 0.85: 0.05940, 0.95: 0.00743, 0.98: 0.00076}  # self-overlap: error at beta = 5, alpha = 2
# gamma, r0, alpha_2: errors on task 1 and on task 2, low branch after a first task of alpha_1 = 2; beta = 20.
TWO_TASKS = {
    (1.0, -0.5, 3.0): (0.3409, 0.4943),
    (1.0, 0.0, 5.0): (0.4422, 0.1943),
    (1.0, 0.5, 4.0): (0.3217, 0.0798),
    (0.1, -0.5, 0.5): (0.3867, 0.4884),
    (0.1, 0.0, 2.0): (0.5, 0.0025),
    (0.1, 0.5, 0.1): (0.1515, 0.3386),
}


def theory(model, **values):
    return {name: v.values for name, v in toysim.theory(model, **values).data_vars.items()}


@pytest.mark.parametrize(("at", "expected"), ONE_TASK, ids=str)
def test_one_task(at, expected):
    found = theory("perceptron.field_space", **at)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=0, atol=LAST_DIGIT.get(name, 1e-6), err_msg=name)
    assert found["residual"] < 1e-9


@pytest.mark.parametrize("Q", FIXED)
def test_error_at_fixed_self_overlap(Q):
    found = theory("perceptron.field_space", beta=5.0, alpha=2.0, ensemble="fixed", target_self_overlap=Q)
    np.testing.assert_allclose(found["error"], FIXED[Q], rtol=0, atol=5e-6)


@pytest.mark.parametrize("at", TWO_TASKS, ids=str)
def test_two_tasks(at):
    gamma, r0, alpha_2 = at
    found = theory(
        "perceptron.continual", alpha_1=2.0, beta_1=20.0, beta_2=20.0, branch_1="high", branch="low", gamma=gamma,
        task_overlap=r0, alpha_2=alpha_2,
    )  # fmt: skip
    np.testing.assert_allclose([found["error_1"], found["error_2"]], TWO_TASKS[at], rtol=0, atol=6e-5)


def test_free_entropy_of_one_task_is_stationary():
    saddle = task_measure(5.0).low(1.0)
    at = [saddle.replica_overlap, saddle.overlap, saddle.self_overlap, *saddle.conjugates]
    np.testing.assert_allclose(gradient(one_task, at, 1.0, 5.0, 0.0), 0.0, atol=1e-8)
    np.testing.assert_allclose(one_task(at, 1.0, 5.0, 0.0), saddle.free_entropy, rtol=1e-9)
    at[1] *= 1.03
    assert np.abs(gradient(one_task, at, 1.0, 5.0, 0.0)).max() > 1e-3


def test_free_entropy_of_two_tasks_is_stationary():
    alpha, beta, gamma, r0 = 1.0, 5.0, 0.5, 0.5
    first = task_measure(5.0).low(0.5)
    saddle = second_measure(reference_of(first, 5.0), beta, gamma, r0).low(alpha)
    at = [saddle.replica_overlap, saddle.overlap, saddle.self_overlap, *saddle.conjugates]
    arguments = (first.conjugates, alpha, beta, gamma * beta, r0)
    np.testing.assert_allclose(gradient(two_tasks, at, *arguments), 0.0, atol=1e-6)
    np.testing.assert_allclose(two_tasks(at, *arguments), saddle.free_entropy, rtol=1e-7)
    at[1] *= 1.03
    assert np.abs(gradient(two_tasks, at, *arguments)).max() > 1e-3


def test_where_branches_end_cross_and_lose_stability():
    measure = task_measure(20.0)
    found = coexistence(measure)
    assert found is not None
    # The prototype continued branches until they were lost, to 7e-4.
    np.testing.assert_allclose([found.high_begins.load, found.low_ends.load], [1.4990, 1.9057], rtol=0, atol=7e-4)
    np.testing.assert_allclose(found.crossing, 1.6502, rtol=0, atol=1e-4)
    np.testing.assert_allclose(instability(measure.low, 0.6, 0.9), 0.7289, rtol=0, atol=1e-4)
    assert coexistence(task_measure(8.0)) is None


@pytest.mark.parametrize(("beta", "alpha"), [(5.0, 1.0), (20.0, 2.0)])
def test_finer_quadrature_changes_nothing_in_the_eighth_digit(beta, alpha):
    coarse, fine = (task_measure(beta, fineness=f).high(alpha) for f in (1.0, 1.5))
    for name in ("self_overlap", "replica_overlap", "overlap", "free_entropy"):
        np.testing.assert_allclose(getattr(coarse, name), getattr(fine, name), rtol=1e-8, err_msg=name)
    np.testing.assert_allclose(coarse.stability, fine.stability, rtol=1e-6)


def test_finer_quadrature_of_two_tasks():
    values = []
    for fineness in (1.0, 1.5):
        first = task_measure(20.0, fineness=fineness).high(2.0)
        reference = reference_of(first, 20.0, fineness=fineness)
        saddle = second_measure(reference, 20.0, 1.0, 0.5, fineness).low(2.0)
        values.append([saddle.self_overlap, saddle.replica_overlap, saddle.overlap, saddle.free_entropy])
    np.testing.assert_allclose(*values, rtol=1e-8)


def test_limits():
    flat = theory("perceptron.field_space", beta=5.0, alpha=0.0)
    np.testing.assert_allclose([flat["self_overlap"], flat["free_entropy"]], [1 / 3, math.log(2)], rtol=1e-9)
    assert abs(flat["overlap"]) < 1e-12
    assert task_measure(1.0).low(1.0).conjugates[2] == 0.0  # at beta = 1 nothing pulls on Q
    # d phi / d alpha is the patterns' part, at a saddle point.
    measure, h = task_measure(5.0), 1e-4
    saddle = measure.low(1.0)
    slope = (measure.low(1.0 + h).free_entropy - measure.low(1.0 - h).free_entropy) / (2 * h)
    q_hat, r_hat, Q_hat = saddle.conjugates
    rest = (
        saddle.sites.log_mean - saddle.self_overlap * Q_hat + 0.5 * saddle.replica_overlap * q_hat
        - saddle.overlap * r_hat
    )  # fmt: skip
    np.testing.assert_allclose(slope, saddle.free_entropy - rest, rtol=1e-6)


def test_second_task_without_divergence_or_without_patterns():
    second = {"alpha_1": 0.5, "beta_1": 5.0, "beta_2": 5.0, "task_overlap": 0.5}
    alone = theory("perceptron.field_space", beta=5.0, alpha=1.0)
    free = theory("perceptron.continual", gamma=0.0, alpha_2=1.0, **second)
    np.testing.assert_allclose(free["overlap_2"], alone["overlap"], rtol=1e-8)
    first = theory("perceptron.field_space", beta=5.0, alpha=0.5)
    np.testing.assert_allclose(free["overlap_1"], 0.5 * free["overlap_2"], rtol=1e-8)  # by way of teacher 2 alone
    np.testing.assert_allclose(free["cross_overlap"], first["overlap"] * free["overlap_1"], rtol=1e-8)
    held = theory("perceptron.continual", gamma=50.0, alpha_2=0.0, **second)
    np.testing.assert_allclose(held["overlap_1"], first["overlap"], rtol=0.02)  # relaxes around m1, variance 1/gamma


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        ("perceptron.field_space", {"alpha": -0.1}, "alpha = -0.1"),
        ("perceptron.field_space", {"beta": 0.0}, "beta = 0.0"),
        ("perceptron.field_space", {"beta": math.nan}, "beta = nan"),
        ("perceptron.field_space", {"ensemble": "fixed", "target_self_overlap": 1.0}, "target_self_overlap = 1.0"),
        ("perceptron.continual", {"task_overlap": 1.5}, "task_overlap = 1.5"),
        ("perceptron.continual", {"gamma": -1.0}, "gamma = -1.0"),
    ],
)
def test_bad_input_is_one_line(model, values, says):
    with pytest.raises(ToysimError, match=says) as caught:
        load_model(model).validate(values)
    assert "\n" not in str(caught.value)
