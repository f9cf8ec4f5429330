"""Pools of recurring tasks: known numbers, limits, and runs written out."""

import numpy as np
import pytest
from reference.continual_facts import pool_runs

import toysim
from toysim.errors import ToysimError
from toysim.models.continual import TASK_POOL
from toysim.models.continual.task_pool.closed_forms import edges, most_forgotten
from toysim.models.continual.task_pool.moments import one_by_one
from toysim.models.continual.task_pool.problem import pool
from toysim.models.continual.task_pool.rates import cyclic_rate, random_rate
from toysim.models.continual.task_pool.steady import at_once
from toysim.models.continual.task_pool.theory import course
from toysim.models.continual.task_pool.visiting import advance, room, visit

MODEL = "continual.task_pool"
ANGLES = np.deg2rad([0.0, 50.0, 110.0])
PLANE = np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
IN_PLANE = {"n_tasks": 3, "n_samples": 1, "dimension": 2, "rows": PLANE}
CHANCE = np.array([0.5, 0.3, 0.2])


def plane():
    return pool(TASK_POOL.validate(IN_PLANE), np.random.default_rng(0))


def test_known_moments():
    chance = np.tile(CHANCE, (10, 1))
    means = course(plane(), np.diag([1.0, 0.0]), chance, np.array([10]))
    assert means.square[0] == pytest.approx(0.00203817563, abs=5e-12)
    assert means.losses.mean() == pytest.approx(0.000490496099, abs=5e-13)


def test_known_rates():
    """At random also the largest eigenvalue of q_j cos^2 of the angles."""
    given = plane()
    rate = random_rate(given.directions, given.share, CHANCE)
    assert rate == pytest.approx(0.598439267, abs=5e-10)
    squares = np.cos(ANGLES[:, None] - ANGLES) ** 2
    assert rate == pytest.approx(np.abs(np.linalg.eigvals(CHANCE * squares)).max(), rel=1e-9)
    assert cyclic_rate(given.directions, given.share) == pytest.approx(0.0120831, abs=5e-8)


@pytest.mark.parametrize(
    ("tasks", "n", "d", "edge"),
    [(4, 50, 100, 0.0669872981), (10, 20, 100, 0.02), (10, 5, 100, 0.00923303169)],
)
def test_known_edges(tasks, n, d, edge):
    given = {"n_tasks": tasks, "n_samples": n, "dimension": d}
    found = toysim.landmark(MODEL, "slowest_eigenvalue", **given)
    assert float(found) == pytest.approx(edge, abs=5e-11)


def test_the_edge_is_zero_at_the_critical_number_of_tasks():
    tasks = float(toysim.landmark(MODEL, "critical_tasks", n_samples=5, dimension=60))
    assert edges(tasks, 5 / 60)[0] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("kappa", [1.0, 0.5])
def test_runs_written_out(kappa):
    rows = np.random.default_rng(4).standard_normal((6, 8))
    fixed = {"n_tasks": 3, "n_samples": 2, "dimension": 8, "rows": rows, "plasticity": kappa}
    law = toysim.theory(MODEL, n_visits=5, n_records=1, **fixed)
    visits = np.full((5, 3), 1 / 3)
    mean, error = pool_runs(rows, 2, visits, kappa=kappa, runs=3000, seed=1)
    exact = np.append(law.task_loss.values.ravel(), law.square_error.values.ravel())
    assert np.all(np.abs(mean - exact) <= 4.5 * error)


@pytest.mark.parametrize("visits", [1, 2])
def test_losses_of_tasks_that_are_never_visited(visits):
    given = {"n_tasks": 3, "n_samples": 2, "dimension": 8, "sequence": "cyclic", "pool_draw": 4}
    law = toysim.theory(MODEL, n_visits=visits, n_records=2, **given)
    run = toysim.run(MODEL, n_visits=visits, n_records=2, replicas=20_000, **given)
    mean, error = run.task_loss.mean("replica"), run.task_loss.std("replica") / 20_000**0.5
    assert np.all(np.abs(mean - law.task_loss) <= 5 * error + 1e-12)


def test_descent_by_many_steps_interpolates():
    few = {"n_tasks": 3, "n_samples": 2, "dimension": 8, "n_visits": 6, "n_records": 1}
    descend = {"visit_kind": "descend", "visit_steps": 10_000, "learning_rate": 0.02}
    losses = [toysim.theory(MODEL, **few, **more).task_loss for more in ({}, descend)]
    np.testing.assert_allclose(*losses, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("visits", [2, 4, 8])
def test_two_tasks_in_turn_are_forgotten_most_between(visits):
    square, loss = most_forgotten(visits)
    rows = ((1.0, 0.0), (square**0.5, (1 - square) ** 0.5))
    fixed = {"n_tasks": 2, "n_samples": 1, "dimension": 2, "rows": rows, "start": (0.0, 1.0)}
    for side in (toysim.run, toysim.theory):
        found = side(MODEL, sequence="cyclic", n_visits=visits, n_records=1, **fixed)
        assert 2 * found.task_loss.values.ravel()[0] == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("triangle", [True, False])
@pytest.mark.parametrize("shape", [(7, 3, 50), (6, 20, 120), (12, 5, 30), (3, 41, 43), (1, 1, 2)])
def test_a_visit_is_the_mean_over_its_tasks(shape, triangle):
    """M <- sum_j q_j B_j M B_j by whole matrices, for few and many rows a task and a pool."""
    tasks, n, d = shape
    rng = np.random.default_rng(2)
    rows = np.linalg.qr(rng.standard_normal((tasks, d, n)))[0].swapaxes(1, 2)
    if triangle:
        rows = np.linalg.qr(rows.reshape(-1, d).T, mode="r").T.reshape(tasks, n, -1)
    rows, share, d = np.ascontiguousarray(rows), rng.uniform(0, 2, (tasks, n)), rows.shape[2]
    chance, half = rng.dirichlet(np.ones(tasks)), rng.standard_normal((d, d))
    moment, new, of = half + half.T, np.empty((d, d)), visit(rows, share, chance)
    space = room(of)
    advance(moment, of, space, new)
    taken = np.eye(d) - rows.swapaxes(1, 2) @ (share[..., None] * rows)
    np.testing.assert_allclose(
        new, np.einsum("j,jab->ab", chance, taken @ moment @ taken), atol=1e-11
    )
    assert np.array_equal(new, new.T)
    square = np.einsum("jni,ik,jnk->jn", rows, moment, rows)
    np.testing.assert_allclose(space.square, square.ravel(), atol=1e-11)


@pytest.mark.parametrize(
    ("given", "visits"),
    [
        ({"n_tasks": 6, "n_samples": 5, "dimension": 30}, 300),
        ({"n_tasks": 4, "n_samples": 10, "dimension": 20}, 1000),  # falls to 1e-80
        ({"n_tasks": 5, "n_samples": 4, "dimension": 20, "visit_kind": "descend"}, 300),
        ({"n_tasks": 3, "n_samples": 3, "dimension": 9, "plasticity": 1.7}, 50),
        ({"n_tasks": 1, "n_samples": 3, "dimension": 5, "plasticity": 0.3}, 20),
        (IN_PLANE, 40),
    ],
)
def test_moments_of_all_visits_at_once_are_those_visit_by_visit(given, visits):
    """Within the tolerance of a moment's norm, of which a loss is a hundredth or less."""
    one = pool(TASK_POOL.validate(given), np.random.default_rng(3))
    d, tasks = one.directions.shape[2], len(one.share)
    basis = np.linalg.qr(one.directions.reshape(-1, d).T)[0]
    one = one._replace(directions=np.ascontiguousarray(one.directions @ basis))
    chance = np.arange(1.0, tasks + 1) / np.sum(np.arange(1.0, tasks + 1))
    at, start = np.array([0, 1, 2, 3, visits // 2, visits]), np.eye(basis.shape[1])
    once = at_once(one, start, chance, at)
    each = one_by_one(one, start, np.tile(chance, (visits, 1)), at)
    for got, exact in zip(once, each, strict=True):
        np.testing.assert_allclose(got, exact, rtol=1e-9, atol=1e-13 * each.square.min())


def test_a_start_that_is_symmetric_but_for_rounding_does_not_run_away():
    """What a product by BLAS leaves on some machines: in a third of such starts it grew, to 1e105
    in 400 visits.
    """
    rng = np.random.default_rng(0)
    one = pool(TASK_POOL.validate({"n_tasks": 8, "n_samples": 5, "dimension": 40}), rng)
    chance, at = np.full(8, 0.125), np.array([100, 401])
    for size in (1e-18, 1e-17, 1e-16, 1e-15, 1e-14):
        error, skew = rng.standard_normal(40), np.triu(rng.standard_normal((40, 40)), 1)
        start = np.outer(error, error)
        each = one_by_one(one, start, np.tile(chance, (401, 1)), at)
        once = at_once(one, start + size * (skew - skew.T), chance, at)
        np.testing.assert_allclose(once.square, each.square, rtol=1e-9)


def test_what_lies_across_the_rows_stays():
    rows, start = np.eye(4)[:2], (1.0, 2.0, 3.0, 0.0)
    given = {"n_tasks": 2, "n_samples": 1, "dimension": 4, "rows": rows, "start": start}
    law = toysim.theory(MODEL, n_visits=1000, n_records=1, **given)
    assert law.square_error.values.ravel()[0] == pytest.approx(9.0, rel=1e-12)
    assert law.pool_loss.values.ravel()[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("last", [0.0, 2.0])
def test_a_start_that_no_task_sees_has_no_loss(last):
    """At the solution, or across all rows."""
    given = {"n_tasks": 2, "n_samples": 1, "dimension": 4, "rows": np.eye(4)[:2], "n_records": 1}
    law = toysim.theory(MODEL, start=(0.0, 0.0, 0.0, last), **given)
    assert law.task_loss.values.max() == 0.0
    assert law.square_error.values.ravel()[0] == last**2
    assert law.valid.values.all()


def test_moments_stay_symmetric_and_positive():
    law = toysim.theory(MODEL, n_visits=2000, n_records=3, n_tasks=20)
    assert np.all(law.task_loss.values >= 0)
    assert float(law.square_error[-1]) < 1e-3


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"n_samples": 61}, "exceeds dimension"),
        ({**IN_PLANE, "n_samples": 2}, "give n_tasks"),
        ({"start": (1.0,)}, "give dimension = 60"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError, match=says) as told:
        TASK_POOL.validate(values)
    assert "\n" not in str(told.value)
