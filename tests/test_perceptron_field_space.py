"""Mean field of the perceptron in field space: free entropies written out plainly, prototype's
numbers, limits.
"""

import math

import numpy as np
import pytest
from reference.perceptron_field_space import gradient, one_task, two_tasks

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.perceptron.continual.theory import (
    first_task,
    reference_of,
    second_measure,
    second_task,
)
from toysim.models.perceptron.field_space.measure import Branches, task_measure
from toysim.models.perceptron.field_space.theory import branches
from toysim.models.perceptron.field_space.transitions import coexistence, instability
from toysim.models.perceptron.replica.solver_outputs import AT_UNSTABLE, FROZEN, MAX_ITER, OK
from toysim.registry import load_model

# Values of an independent prototype (trapezoids and Gauss-Legendre sums, damped iteration), to
# their last digit.
ONE_TASK = [
    (
        {"beta": 1.0, "alpha": 1.0},
        {"replica_overlap": 0.075729, "overlap": 0.185670, "self_overlap": 0.344115},
    ),
    (
        {"beta": 1.0, "alpha": 4.0},
        {"replica_overlap": 0.356412, "overlap": 0.571981, "self_overlap": 0.474599},
    ),
    (
        {"beta": 5.0, "alpha": 1.0},
        {
            "replica_overlap": 0.382987,
            "overlap": 0.453948,
            "self_overlap": 0.524557,
            "free_entropy": -1.289288,
            "stability": 0.185072,
        },
    ),
    (
        {"beta": 20.0, "alpha": 2.0},
        {
            "replica_overlap": 0.978238,
            "overlap": 0.988999,
            "self_overlap": 0.978394,
            "error": 0.001327,
            "free_entropy": -5.690256,
            "stability": 0.016206,
        },
    ),
    ({"beta": 100.0, "kl": 1.0, "alpha": 1.0, "branch": "low"}, {"error": 0.27701}),
    ({"beta": 100.0, "kl": 1.0, "alpha": 2.2, "branch": "low"}, {"error": 0.08028}),
]
LAST_DIGIT = {"error": 5e-6}
FIXED = {
    0.75: 0.11255,
    0.85: 0.05940,
    0.95: 0.00743,
    0.98: 0.00076,
}  # self-overlap: error at beta = 5, alpha = 2
# gamma, r0, alpha_2: errors on task 1 and on task 2, low branch after a first task of alpha_1 = 2;
# beta = 20.
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
        np.testing.assert_allclose(
            found[name], value, rtol=0, atol=LAST_DIGIT.get(name, 1e-6), err_msg=name
        )
    assert found["residual"] < 1e-9


@pytest.mark.parametrize("Q", FIXED)
def test_error_at_fixed_self_overlap(Q):
    found = theory(
        "perceptron.field_space", beta=5.0, alpha=2.0, ensemble="fixed", target_self_overlap=Q
    )
    np.testing.assert_allclose(found["error"], FIXED[Q], rtol=0, atol=5e-6)


def test_fixing_the_self_overlap_where_it_is_changes_nothing():
    free = theory("perceptron.field_space", beta=5.0, alpha=1.5)
    fixed = theory(
        "perceptron.field_space",
        beta=5.0,
        alpha=1.5,
        ensemble="fixed",
        target_self_overlap=float(free["self_overlap"]),
    )
    for name in ("overlap", "replica_overlap", "error", "loss", "free_entropy", "stability"):
        np.testing.assert_allclose(fixed[name], free[name], atol=1e-9, err_msg=name)


@pytest.mark.parametrize("at", TWO_TASKS, ids=str)
def test_two_tasks(at):
    gamma, r0, alpha_2 = at
    found = theory(
        "perceptron.continual",
        alpha_1=2.0,
        beta_1=20.0,
        beta_2=20.0,
        branch_1="high",
        branch="low",
        gamma=gamma,
        task_overlap=r0,
        alpha_2=alpha_2,
    )
    np.testing.assert_allclose(
        [found["error_1"], found["error_2"]], TWO_TASKS[at], rtol=0, atol=6e-5
    )


@pytest.mark.parametrize("kl", [0.0, 0.4])
def test_free_entropy_of_one_task_is_stationary(kl):
    saddle = task_measure(5.0, kl).low(1.0)
    at = [saddle.replica_overlap, saddle.overlap, saddle.self_overlap, *saddle.conjugates]
    np.testing.assert_allclose(gradient(one_task, at, 1.0, 5.0, kl), 0.0, atol=1e-8)
    np.testing.assert_allclose(one_task(at, 1.0, 5.0, kl), saddle.free_entropy, rtol=1e-9)
    at[1] *= 1.03
    assert np.abs(gradient(one_task, at, 1.0, 5.0, kl)).max() > 1e-3


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
    begin, end = found.high_begins, found.low_ends
    # The prototype continued branches until they were lost, to 7e-4.
    np.testing.assert_allclose([begin.load, end.load], [1.4990, 1.9057], rtol=0, atol=7e-4)
    np.testing.assert_allclose(found.crossing, 1.6502, rtol=0, atol=1e-4)
    np.testing.assert_allclose(instability(measure.low, 0.6, 0.9), 0.7289, rtol=0, atol=1e-4)
    # Iteration from either side ends there too.
    assert (
        measure.low(end.load - 1e-3).overlap
        < end.overlap
        < 0.9
        < measure.low(end.load + 1e-2).overlap
    )
    assert (
        measure.high(begin.load - 1e-2).overlap
        < 0.9
        < begin.overlap
        < measure.high(begin.load + 1e-3).overlap
    )


@pytest.mark.parametrize("alpha", [1.975, 1.9875, 2.0])
def test_a_long_passage_beyond_the_end_of_a_branch_is_no_cycle(alpha):
    """Damped iteration goes by the place where the low branch was, and on to the high one."""
    both = task_measure(20.0).branches(alpha)
    assert both.low.solver_status == 0
    np.testing.assert_allclose(both.low.overlap, both.high.overlap, rtol=1e-9)
    assert both.present == (True, False)


def test_a_search_that_did_not_converge_has_found_no_branch():
    there = task_measure(20.0).high(1.7)
    lost = there._replace(overlap=0.98 * there.overlap, solver_status=MAX_ITER)
    assert Branches(lost, there).present == (False, True)
    assert not Branches(lost, there).two


def test_overlap_rises_steeply_but_without_a_jump_at_a_higher_temperature():
    measure = task_measure(15.0)
    assert coexistence(measure, lowest_load=1.0, highest_load=2.0) is None
    low, high = (measure.low(alpha).overlap for alpha in (1.5, 1.62))
    assert high - low > 0.1
    with pytest.raises(ValueError, match=r"beta = 30: saddle points are lost at overlap 0\.8"):
        coexistence(task_measure(30.0), lowest_load=1.5)


def test_second_task_has_a_transition_of_its_own():
    """Free entropies by the prototype: at r0 = 0.5 the low branch wins at alpha_2 = 3.7, the high
    one at 4.
    """
    _, reference = first_task(2.0, 20.0, 0.0, "high")
    measure = second_measure(reference, 20.0, 1.0, 0.5)
    for alpha, expected in ((3.7, [-36.154, -36.318]), (4.0, [-37.41, -36.50])):
        np.testing.assert_allclose(
            [s.free_entropy for s in measure.branches(alpha)], expected, rtol=0, atol=5e-3
        )
    measure = second_measure(reference, 20.0, 0.1, 0.0)
    found = coexistence(measure, lowest_load=1.5, highest_load=2.0)
    assert found is not None
    begin, end = found.high_begins.load, found.low_ends.load
    assert [
        measure.branches(alpha).two
        for alpha in (begin - 0.01, begin + 0.01, end - 0.01, end + 0.01)
    ] == [
        False,
        True,
        True,
        False,
    ]
    both = measure.branches(found.crossing)
    np.testing.assert_allclose(both.low.free_entropy, both.high.free_entropy, rtol=1e-9)


def test_instability_is_reported_and_values_are_kept():
    stable, unstable = (
        theory("perceptron.field_space", beta=20.0, alpha=a, branch="low") for a in (0.7, 1.0)
    )
    assert stable["valid"]
    assert stable["solver_status"] == OK
    assert not unstable["valid"]
    assert unstable["solver_status"] == AT_UNSTABLE
    np.testing.assert_allclose(unstable["overlap"], 0.6054, atol=1e-4)


def test_a_frozen_branch_is_not_the_equilibrium():
    """At beta = 300 iteration from overlap 0 runs into Q = 1; the branch of the teacher is
    there.
    """
    shown = {
        b: theory("perceptron.field_space", beta=300.0, alpha=2.4, branch=b)
        for b in ("low", "equilibrium")
    }
    assert shown["low"]["solver_status"] == FROZEN
    assert np.isnan(shown["low"]["overlap"])
    assert not shown["low"]["valid"]
    assert shown["equilibrium"]["valid"]
    assert shown["equilibrium"]["chosen_branch"] == 1
    assert shown["equilibrium"]["branch_present"].tolist() == [False, True]


QUADRATURES = [
    (5.0, 0.0, 1.0, "low"),
    (20.0, 0.0, 1.65, "low"),
    (20.0, 0.0, 1.65, "high"),
    (100.0, 1.0, 2.2, "high"),
]


@pytest.mark.parametrize(("beta", "kl", "alpha", "branch"), QUADRATURES)
def test_finer_quadrature_changes_nothing_in_the_eighth_digit(beta, kl, alpha, branch):
    coarse, fine = (
        getattr(task_measure(beta, kl, fineness), branch)(alpha) for fineness in (1.0, 1.5)
    )
    for name in ("self_overlap", "replica_overlap", "overlap", "free_entropy", "loss"):
        np.testing.assert_allclose(
            getattr(coarse, name), getattr(fine, name), rtol=1e-8, err_msg=name
        )
    np.testing.assert_allclose(coarse.sites.sign_overlap, fine.sites.sign_overlap, rtol=1e-8)
    np.testing.assert_allclose(coarse.stability, fine.stability, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(("gamma", "alpha"), [(1.0, 0.5), (1.0, 3.7), (0.1, 1.0)])
def test_finer_quadrature_of_two_tasks(gamma, alpha):
    values = []
    for fineness in (1.0, 1.5):
        first = task_measure(20.0, fineness=fineness).high(2.0)
        reference = reference_of(first, 20.0, fineness=fineness)
        both = second_measure(reference, 20.0, gamma, 0.5, fineness).branches(alpha)
        values.append(
            [[saddle.free_entropy, *saddle.sites[:4], *saddle.sites[-3:]] for saddle in both]
        )
    np.testing.assert_allclose(*values, rtol=1e-8, atol=1e-9)


def test_limits():
    flat = theory("perceptron.field_space", beta=5.0, alpha=0.0)
    np.testing.assert_allclose(
        [flat["self_overlap"], flat["free_entropy"]], [1 / 3, math.log(2)], rtol=1e-9
    )
    assert abs(flat["overlap"]) < 1e-12
    assert task_measure(1.0).low(1.0).conjugates[2] == 0.0  # at beta = 1 nothing pulls on Q
    # d phi / d alpha is the patterns' part, at a saddle point.
    measure, h = task_measure(5.0), 1e-4
    saddle = measure.low(1.0)
    slope = (measure.low(1.0 + h).free_entropy - measure.low(1.0 - h).free_entropy) / (2 * h)
    q_hat, r_hat, Q_hat = saddle.conjugates
    rest = (
        saddle.sites.log_mean
        - saddle.self_overlap * Q_hat
        + 0.5 * saddle.replica_overlap * q_hat
        - saddle.overlap * r_hat
    )
    np.testing.assert_allclose(slope, saddle.free_entropy - rest, rtol=1e-6)


def test_free_entropy_falls_with_beta_by_the_loss():
    """d phi / d beta = -alpha loss where the prior, kl beta, stays."""
    h = 1e-4
    phi = [task_measure(beta, 4.0 / beta).low(1.0).free_entropy for beta in (8.0 - h, 8.0 + h)]
    np.testing.assert_allclose(
        (phi[1] - phi[0]) / (2 * h), -task_measure(8.0, 0.5).low(1.0).loss, rtol=1e-6
    )


def test_second_task_without_divergence_or_without_patterns():
    second = {"alpha_1": 0.5, "beta_1": 5.0, "beta_2": 5.0, "task_overlap": 0.5}
    alone = theory("perceptron.field_space", beta=5.0, alpha=1.0)
    free = theory("perceptron.continual", gamma=0.0, alpha_2=1.0, **second)
    np.testing.assert_allclose(free["overlap_2"], alone["overlap"], rtol=1e-8)
    first = theory("perceptron.field_space", beta=5.0, alpha=0.5)
    np.testing.assert_allclose(
        free["overlap_1"], 0.5 * free["overlap_2"], rtol=1e-8
    )  # by way of teacher 2 alone
    np.testing.assert_allclose(
        free["cross_overlap"], first["overlap"] * free["overlap_1"], rtol=1e-8
    )
    held = theory("perceptron.continual", gamma=50.0, alpha_2=0.0, **second)
    np.testing.assert_allclose(
        held["overlap_1"], first["overlap"], rtol=0.02
    )  # relaxes around m1, variance 1/gamma


@pytest.mark.parametrize("r0", [-0.5, 0.0, 0.5])
def test_errors_start_from_the_first_teacher_and_end_at_the_second(r0):
    cold = {"alpha_1": 2.0, "beta_1": 20.0, "beta_2": 20.0, "task_overlap": r0}
    apart = np.arccos(r0) / np.pi
    start, end = (theory("perceptron.continual", alpha_2=alpha, **cold) for alpha in (0.0, 8.0))
    np.testing.assert_allclose([start["error_2"], end["error_1"]], apart, atol=1e-4)
    np.testing.assert_allclose([start["error_1"], end["error_2"]], 0.0, atol=0.01)


def test_same_teacher_twice_or_its_opposite():
    same, opposite = (theory("perceptron.continual", task_overlap=r0) for r0 in (1.0, -1.0))
    np.testing.assert_allclose(same["overlap_1"], same["overlap_2"], rtol=1e-12)
    np.testing.assert_allclose(opposite["overlap_1"], -opposite["overlap_2"], rtol=1e-12)


def test_rows_share_solutions_and_do_not_depend_on_it():
    model = load_model("perceptron.continual")
    axes = {"alpha_2": np.array([0.5, 1.0, 0.5]), "branch": np.array(["low", "high", "high"])}
    batch = Batch(model, axes, {}, np.zeros(3, np.int64), 0)
    whole = model.load("theory")(batch)
    for shared in (branches, first_task, second_task):
        shared.cache_clear()
    alone = model.load("theory")(batch.take(np.array([2])))
    for name, values in whole.items():
        np.testing.assert_array_equal(values[2:], alone[name], err_msg=name)


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        ("perceptron.field_space", {"alpha": -0.1}, "alpha = -0.1"),
        ("perceptron.field_space", {"beta": 0.0}, "beta = 0.0"),
        ("perceptron.field_space", {"beta": math.nan}, "beta = nan"),
        (
            "perceptron.field_space",
            {"ensemble": "fixed", "target_self_overlap": 1.0},
            "target_self_overlap = 1.0",
        ),
        ("perceptron.continual", {"task_overlap": 1.5}, "task_overlap = 1.5"),
        ("perceptron.continual", {"gamma": -1.0}, "gamma = -1.0"),
    ],
)
def test_bad_input_is_one_line(model, values, says):
    with pytest.raises(ToysimError, match=says) as caught:
        load_model(model).validate(values)
    assert "\n" not in str(caught.value)
