"""Saddle points of the perceptron theories: analytic slopes, and that valid ones are right."""

import math

import numpy as np
import pytest

import toysim
from toysim.errors import ToysimError
from toysim.models.perceptron.field_space.magnetisation import legendre, magnetisation_nodes, site
from toysim.models.perceptron.field_space.measure import Branches, FieldSaddle
from toysim.models.perceptron.franz_parisi.averages import reference_patterns, reference_sites
from toysim.models.perceptron.franz_parisi.saddles import Reference, hessian, patterns
from toysim.models.perceptron.replica.averages import (
    STEP,
    site_averages,
    storage_patterns,
    teacher_patterns,
)
from toysim.models.perceptron.replica.saddle import (
    GOING,
    advance,
    begin,
    contracts,
    solution,
    solve,
)
from toysim.models.perceptron.replica.solver_outputs import (
    AT_UNSTABLE,
    BOUNDARY,
    ELSEWHERE,
    FROZEN,
    MAX_ITER,
    OK,
)

BRANCHES = ("equilibrium", "low", "high")


def theory(model, **values):
    found = toysim.theory(f"perceptron.{model}", **values)
    return {name: v.values for name, v in found.data_vars.items()}


def slopes(function, at, h=1e-5):
    """Central differences of fourth order, (outputs, arguments)."""
    columns = []
    for i in range(len(at)):
        e = h * np.eye(len(at))[i]
        f = {k: np.array(function(*(at + k * e))) for k in (-2, -1, 1, 2)}
        columns.append((8 * (f[1] - f[-1]) - f[2] + f[-2]) / (12 * h))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize(("variance", "mean"), [(0.4, 0.3), (9.0, -0.7), (1e4, 20.0)])
def test_slopes_of_site_averages(variance, mean):
    found = site_averages(variance, mean, STEP)
    by = slopes(lambda v, m: site_averages(v, m, STEP)[:2], np.array([variance, mean]), 1e-3)
    assert (found.first_by_variance, 1 - found.second) == pytest.approx(by[0], rel=1e-7)
    assert (found.second_by_variance, -2 * found.first_by_variance) == pytest.approx(
        by[1], rel=1e-7
    )


@pytest.mark.parametrize("q", [0.3, 0.99, 1 - 1e-6])
def test_slope_of_storage_patterns(q):
    by = slopes(lambda q: storage_patterns(q, 0.2, STEP)[:1], np.array([q]), 1e-3 * (1 - q))
    assert storage_patterns(q, 0.2, STEP).q_hat_by_q == pytest.approx(by[0, 0], rel=1e-6)


@pytest.mark.parametrize("wrong", [0.0, 0.1])
def test_slopes_of_teacher_patterns(wrong):
    found = teacher_patterns(0.5, 0.4, wrong, STEP)
    by = slopes(lambda q, r: teacher_patterns(q, r, wrong, STEP)[:2], np.array([0.5, 0.4]))
    analytic = [
        [found.q_hat_by_q, -2 * found.r_hat_by_q],
        [found.r_hat_by_q, found.r_hat_by_r],
    ]
    np.testing.assert_allclose(analytic, by, rtol=1e-7)


@pytest.mark.parametrize("planted", [False, True])
def test_slopes_of_the_potentials_averages(planted):
    at, of = np.array([0.6, 0.0 if planted else 0.35, 0.65]), Reference(1.0, planted, 0.3, 0.5)
    by = slopes(lambda *x: patterns(np.array(x), of, STEP)[:3], at)
    np.testing.assert_allclose(hessian(1.0, patterns(at, of, STEP)), by, atol=1e-7)
    found = reference_sites(0.7, 0.6, 1.1, 0.5, STEP)
    by = slopes(lambda q, t, p: reference_sites(p, t, q, 0.5, STEP)[:3], np.array([1.1, 0.6, 0.7]))
    np.testing.assert_allclose([found.p_by, found.q_by, found.t_by], by, atol=1e-8)


def test_contraction_is_that_of_the_eigenvalues():
    rng = np.random.default_rng(0)
    seen = set()
    for n in (1, 2, 3):
        for _ in range(300):
            slopes = rng.normal(size=(n, n)) * rng.choice([0.3, 1.0, 2.0])
            damped = 0.5 * np.eye(n) + 0.5 * slopes
            inside = np.abs(np.linalg.eigvals(damped)).max() < 1
            assert contracts(slopes) == inside
            seen.add((n, bool(inside)))
            right = rng.normal(size=n)
            np.testing.assert_allclose(
                solution(slopes.copy(), right.copy()), np.linalg.solve(slopes, right), rtol=1e-8
            )
    assert len(seen) == 6


def test_differences_and_slopes_find_the_same():
    def update(x):
        return np.array([0.3 * np.cos(x[1]), 0.5 * np.sin(x[0]) + 0.1])

    found = solve(update, np.zeros(2))
    search, status = begin(np.zeros(2)), GOING
    while status == GOING:
        x = search.x.copy()
        slopes = np.array([[0.0, -0.3 * np.sin(x[1])], [0.5 * np.cos(x[0]), 0.0]])
        status = advance(search, update(x), slopes)
    assert status == found.status == OK
    np.testing.assert_allclose(search.x, found.overlaps, atol=1e-12)


def test_a_search_that_loses_its_digits_is_not_frozen():
    assert solve(lambda x: x * np.nan, np.full(1, 0.5)).status not in (OK, FROZEN)
    assert solve(lambda x: np.ones(1), np.full(1, 0.5)).status == FROZEN


@pytest.mark.parametrize("reference", ["solution", "planted"])
@pytest.mark.parametrize("field", [-20.0, -11.6, 15.0, 20.0])
def test_potential_without_patterns_in_a_strong_field(reference, field):
    """Free weights: overlap tanh x, Legendre transform ln 2cosh x."""
    found = theory("franz_parisi", reference=reference, given="field", alpha=0.0, field=field)
    assert found["valid"]
    assert found["overlap"] == pytest.approx(math.tanh(field), abs=1e-12)
    assert found["legendre"] == pytest.approx(np.logaddexp(field, -field), rel=1e-12)
    assert found["self_overlap"] == pytest.approx(math.tanh(field) ** 2, abs=1e-12)


@pytest.mark.parametrize("reference", ["solution", "planted"])
@pytest.mark.parametrize("alpha", [1e-6, 0.1, 0.5])
def test_the_reference_does_not_win_against_its_field(reference, alpha):
    """In a field against it psi exceeds what the configurations at overlap 0 have, so exceeds x."""
    for field in (-20.0, -12.0, -11.0, -2.0):
        found = theory("franz_parisi", reference=reference, given="field", alpha=alpha, field=field)
        if found["valid"]:
            assert found["overlap"] < 0
            assert found["legendre"] > 0.2
        else:
            assert found["solver_status"] != BOUNDARY
    far = theory("franz_parisi", reference=reference, given="field", alpha=0.5, field=-20.0)
    assert not far["valid"]
    assert np.isnan(far["legendre"])
    assert far["solver_status"] == ELSEWHERE


@pytest.mark.parametrize("branch", BRANCHES)
def test_without_patterns_there_is_one_branch(branch):
    found = theory("teacher_student", alpha=0.0, branch=branch)
    assert found["valid"]
    assert found["chosen_branch"] == 0
    assert found["branch_present"].tolist() == [True, False]
    assert (found["overlap"], found["free_entropy"]) == pytest.approx((0.0, math.log(2)))
    simulated = toysim.run("perceptron.teacher_student", alpha=0.0, branch=branch, size=11)
    assert float(simulated["free_entropy"]) == pytest.approx(math.log(2), rel=1e-12)


def test_weights_frozen_by_the_coupling_are_not_the_second_teacher():
    """Without patterns of task 2 the weights follow the reference; with few, theory does not
    know.
    """
    found = theory("continual_binary", alpha_2=0.0, coupling=20.0)
    assert found["valid"]
    assert found["free_entropy"] == pytest.approx(20.0, rel=1e-12)
    assert found["cross_overlap"] == pytest.approx(1.0, abs=1e-12)
    few = theory("continual_binary", alpha_1=1.1e-4, alpha_2=1.2e-9, coupling=20.0)
    assert not few["valid"]
    assert few["solver_status"] == ELSEWHERE


def test_pattern_averages_of_numbers_given_twice_are_one():
    """The planted reference is the solution of itself: q0^ = t^ = 0 and a single node."""
    found = reference_sites(0.4, 0.0, 0.7, 0.0, STEP)
    alone = site_averages(0.7, 0.4, STEP)
    assert (found.p, found.q, found.entropy) == (alone.first, alone.second, alone.entropy)
    assert reference_patterns(0.6, 0.35, 0.65, 0.3, STEP).one == pytest.approx(1, abs=1e-11)


def test_theory_takes_any_load_at_the_size_that_nobody_gave():
    """Nothing of it is drawn; a size that is given has to fit."""
    for model in ("storage", "teacher_student"):
        assert theory(model, alpha=1000.0)["solver_status"] in (FROZEN, BOUNDARY)
        with pytest.raises(ToysimError, match="lower size"):
            toysim.run(f"perceptron.{model}", alpha=1000.0)
        with pytest.raises(ToysimError, match="lower size"):
            theory(model, alpha=1000.0, size=1001)


def test_no_patterns_have_no_loss():
    assert np.isnan(theory("field_space", alpha=0.0)["loss"])
    assert theory("field_space", alpha=1e-3)["loss"] > 0.2
    assert np.isnan(theory("continual", alpha_2=0.0)["loss"])


def site_integrals(h, curvature, kappa):
    """What ``site`` gives, by 10^5 nodes in atanh m."""
    x, weight = np.polynomial.legendre.leggauss(20)
    edges = np.linspace(0.0, 22.0, 8001)
    v = (0.5 * (edges[1:] + edges[:-1])[:, None] + 0.5 * edges[1] * x).ravel()
    m, log_2cosh = np.tanh(v), np.logaddexp(v, -v)
    even = curvature * m * m + kappa * (log_2cosh - v * m) - 2.0 * (log_2cosh - math.log(2.0))
    top = (even + abs(h) * m).max()
    measure = np.tile(0.5 * edges[1] * weight, 8000)
    up, down = (measure * np.exp(even + s * abs(h) * m - top) for s in (1.0, -1.0))
    gap = 2.0 / (1.0 + np.exp(2.0 * v))
    norm = (up + down).sum()
    first, second = ((up * gap**k + down * (2 - gap) ** k).sum() / norm for k in (1, 2))
    return top + math.log(norm), first, second - first * first, 2.0 * down.sum() / norm


@pytest.mark.parametrize("kappa", [0.0, 70.0, 80.0, 500.0, 1e4, 1e5])
def test_integrals_over_a_magnetisation_at_any_sharpness(kappa):
    for curvature in (0.0, -0.4 * kappa - 1.0, 0.3 * kappa, 20.0 * kappa):
        for h in (0.0, 0.5, 20.0, 0.3 * kappa, 2.5 * kappa, 18.0 * kappa):
            nodes = magnetisation_nodes(curvature, kappa, max(h, 4.0), legendre())
            found, exact = site(h, nodes), site_integrals(h, curvature, kappa)
            assert found[0] == pytest.approx(exact[0], abs=1e-8, rel=1e-14)
            assert found[1:3] == pytest.approx(exact[1:3], rel=1e-7)
            assert found[3] == pytest.approx(exact[3], rel=1e-7, abs=1e-12)


@pytest.mark.parametrize("kappa", [5.0, 500.0, 1e4, 1e5])
def test_second_task_without_patterns_is_exact(kappa):
    """phi = E ln int dm exp(-kappa KL(m || m')) over m' flat in [-1, 1]."""
    found = theory(
        "continual", alpha_1=0.0, alpha_2=0.0, beta_2=kappa / 100, gamma=100.0, branch="low"
    )
    y = np.linspace(-18.0, 18.0, 361)  # atanh m'
    share = 0.1 * 0.5 / np.cosh(y) ** 2
    log_cosh = np.logaddexp(y, -y) - math.log(2.0)
    phi = [site_integrals(kappa * field, 0.0, kappa)[0] for field in y]
    exact = share @ (phi - kappa * (log_cosh + math.log(2.0)))
    assert found["valid"]
    assert found["free_entropy"] == pytest.approx(exact, abs=2e-7)


def test_strong_priors_and_their_saddle_point():
    """An independent integration's digits."""
    found = theory("field_space", beta=1000.0, kl=1.0, alpha=1.0)
    assert found["valid"]
    assert found["overlap"] == pytest.approx(0.36478, abs=5e-6)


def test_the_fixed_ensemble_has_two_branches():
    at = {"beta": 5.0, "alpha": 2.0, "ensemble": "fixed", "target_self_overlap": 0.995}
    low, high, best = (
        theory("field_space", **at, branch=b) for b in ("low", "high", "equilibrium")
    )
    assert low["branch_present"].all()
    assert low["overlap"] == pytest.approx(0.888, abs=1e-3)
    assert low["solver_status"] == AT_UNSTABLE
    for found in (high, best):
        assert found["valid"]
        assert found["chosen_branch"] == 1
        assert found["overlap"] == pytest.approx(0.99749, abs=1e-5)
        assert found["free_entropy"] == pytest.approx(-5.258, abs=1e-3)
        assert found["stability"] < 1
    assert low["free_entropy"] == pytest.approx(-5.626, abs=1e-3)


@pytest.mark.parametrize("Q", [1e-4, 1e-3, 1 - 1e-4, 1 - 1e-6])
def test_self_overlaps_at_the_ends_end_in_a_word(Q):
    found = theory("field_space", ensemble="fixed", target_self_overlap=Q, beta=12.4, alpha=7.6e-10)
    assert not found["valid"] or found["overlap"] == pytest.approx(0.0, abs=1e-6)


def test_no_equilibrium_while_a_branch_is_not_known():
    there = FieldSaddle(overlap=0.9, free_entropy=-1.0, solver_status=OK)
    lost = Branches(FieldSaddle(solver_status=MAX_ITER), there)
    assert lost.shown("high").solver_status == OK
    assert lost.shown("equilibrium").solver_status == MAX_ITER
    frozen = Branches(FieldSaddle(solver_status=FROZEN), there)
    assert frozen.shown("equilibrium").solver_status == OK


def test_overlaps_of_signs_stay_within_one():
    for alpha in np.linspace(2.0, 6.0, 9):
        found = theory("field_space", beta=20.0, alpha=float(alpha), branch="high")
        assert found["sign_overlap"] <= 1.0


def test_a_search_that_goes_round_ends_and_one_that_spirals_in_arrives():
    """Of a rotation by 0.2 about (0.2, 0.2): damped iteration turns by half of it, 63 points a
    turn, and comes back to the marks at 64, 128 and 256.
    """

    def rotation(growth):
        def update(x):
            c, s = np.cos(0.2), np.sin(0.2)
            off = x - 0.2
            turned = growth * np.array([[c, -s], [s, c]]) @ off
            size = np.linalg.norm(off)
            return 0.2 + turned * (0.3 / size if growth > 1.0 else 1.0)

        return update

    round_and_round = solve(rotation(1.1), np.array([0.5, 0.2]))
    assert round_and_round.status == MAX_ITER
    assert round_and_round.evaluations <= 512
    inwards = solve(rotation(0.9), np.array([0.5, 0.2]))
    assert inwards.status == OK
    np.testing.assert_allclose(inwards.overlaps, 0.2, atol=1e-10)


def test_a_second_task_without_an_end_is_given_up():
    """It went round for 5000 evaluations, minutes."""
    task = {"alpha_1": 2.4491545, "beta_1": 307.27867, "alpha_2": 0.11097763, "beta_2": 1000.0}
    found = theory("continual", task_overlap=-1.0, **task)
    assert found["solver_status"] == MAX_ITER
    assert not found["valid"]
    assert found["iterations"] < 300
