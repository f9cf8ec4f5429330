"""teacher_student.lasso: known numbers, its boundary, optimality, and plain runs."""

import numpy as np
import pytest
from reference import teacher_student as plain

import toysim
from toysim.errors import ToysimError
from toysim.models.teacher_student.lasso.solver import fit
from toysim.models.teacher_student.lasso.state_evolution import (
    Problem,
    boundary,
    critical_density,
    left,
    solve,
)

LASSO = "teacher_student.lasso"
NAMES = (
    "squared_error",
    "overlap",
    "self_overlap",
    "susceptibility",
    "active",
    "false_discovery_rate",
    "train_error",
)
ORDER = ("sample_ratio", "penalty", "label_noise", "density", "signal", "ridge_penalty")


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (
            (0.5, 0.5, 0.1, 0.1, 1.0, 0.0),
            (
                0.1702445338,
                0.6785729057,
                0.5273903451,
                0.3454327134,
                0.1283723482,
                0.4714025914,
                0.1492907680,
            ),
        ),
        (
            (1.5, 0.1, 0.1, 1.0, 1.0, 0.0),
            (
                0.1522167594,
                0.8811519188,
                0.9145205970,
                1.423858206,
                0.8811519188,
                0.0,
                0.0429298648,
            ),
        ),
        (
            (0.5, 0.3, 0.1, 0.1, 1.0, 0.5),
            (
                0.5332284458,
                0.3077034351,
                0.1486353161,
                0.5434440121,
                0.4477711558,
                0.8252173126,
                0.2658144925,
            ),
        ),
        (
            (0.05, 0.1, 0.1, 0.02, 1.0, 0.0),
            (
                0.7233580815,
                0.2894078981,
                0.3021738776,
                3.318593445,
                0.0384221563,
                0.8493536407,
                0.0441472962,
            ),
        ),
        (
            (10.0, 0.001, 0.0, 0.3, 1.0, 0.0),
            (
                3.286931e-9,
                0.9999549465,
                0.9999098963,
                0.0309263995,
                0.2999864930,
                3.028696e-8,
                3.092682e-9,
            ),
        ),
    ],
)
def test_state_evolution(given, known):
    found = toysim.theory(LASSO, dimension=1000, **dict(zip(ORDER, given, strict=True)))
    np.testing.assert_allclose([float(found[n]) for n in NAMES], known, rtol=2e-7)


def test_state_evolution_solves_its_equations_anywhere():
    rng = np.random.default_rng(0)
    low = np.log([0.01, 1e-4, 0.01, 0.1, 0.01])
    high = np.log([10.0, 10.0, 1.0, 10.0, 1.0])
    for _ in range(300):
        alpha, penalty, density, signal, ridge = np.exp(rng.uniform(low, high))
        ridge, noise = rng.choice([0.0, ridge]), rng.choice([0.0, rng.random()])
        problem = Problem(alpha, penalty, ridge, noise, signal, density)
        at = solve(problem)
        assert abs(left(problem, np.log(at.tau))) < 1e-9
        assert at.threshold * at.v_hat == pytest.approx(penalty, rel=1e-7)
        assert 0.0 <= at.m <= signal
        assert at.error == pytest.approx(signal - 2.0 * at.m + at.q, abs=1e-9 * signal)
        assert at.m**2 <= signal * at.q * (1.0 + 1e-9)


def test_boundary_of_recovery():
    known = {0.25: 0.0668458881, 0.5: 0.1928448331, 0.75: 0.4002837576}
    for alpha, value in known.items():
        mark = toysim.landmark(LASSO, "critical_density", sample_ratio=alpha)
        assert float(mark) == pytest.approx(value, abs=6e-11)
    beyond = toysim.landmark(LASSO, "critical_density", sample_ratio=1.5)
    assert "every signal is found" in beyond.reason
    alpha, eps = boundary(1.0)
    assert critical_density(alpha) == pytest.approx(eps, rel=1e-12)


def test_error_vanishes_inside_the_boundary_alone():
    for alpha in (0.3, 0.5, 0.7, 0.9):
        eps = critical_density(alpha)
        inside, beyond = (
            solve(Problem(alpha, 1e-3, 0.0, 0.0, 1.0, share * eps)).error for share in (0.8, 1.25)
        )
        assert inside < 4.5e-5
        assert beyond > 0.048


@pytest.mark.parametrize(
    ("alpha", "penalty", "ridge"), [(0.5, 0.3, 0.0), (0.5, 1e-3, 0.0), (2.0, 0.05, 0.5)]
)
def test_fits_satisfy_their_conditions(alpha, penalty, ridge):
    """|x_j.r - mu w_j| = lambda with its sign where w_j is not 0, else at most lambda."""
    rng, d = np.random.default_rng(1), 120
    columns = rng.standard_normal((d, round(alpha * d))) / np.sqrt(d)
    y = rng.standard_normal(columns.shape[1])
    w = fit(columns, y, penalty, ridge, 1e-9)
    slope = columns @ (y - w @ columns) - ridge * w
    active = w != 0.0
    assert 0 < active.sum() <= d
    np.testing.assert_allclose(slope[active], penalty * np.sign(w[active]), atol=1e-7)
    assert np.abs(slope).max() <= penalty + 1e-7


def test_plain_fits():
    """Proximal gradients from the reference, against runs and the law at d = 120."""
    rng = np.random.default_rng(2)
    fits = np.array([plain.lasso(rng, 120, 120, 36, 0.5, 0.1, 0.5) for _ in range(150)])
    given = {"dimension": 120, "sample_ratio": 1.0, "density": 0.3, "penalty": 0.5}
    given |= {"ridge_penalty": 0.1, "label_noise": 0.5}
    runs, law = toysim.run(LASSO, replicas=600, **given), toysim.theory(LASSO, **given)
    names = ("squared_error", "overlap", "self_overlap", "active", "train_error")
    for draws, name in zip(fits.T, names, strict=True):
        own = runs[name].values.ravel()
        error = np.hypot(draws.std() / np.sqrt(len(draws)), own.std() / np.sqrt(len(own)))
        assert abs(draws.mean() - own.mean()) <= 5.0 * error, name
        assert abs(draws.mean() - float(law[name])) <= 5.0 * error + 3.0 / 120, name
        assert 5.0 * error < 0.15 * own.mean()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"density": 0.001}, "rounds to 0 nonzeros"),
        ({"sample_ratio": 0.0}, "sample_ratio"),
        ({"penalty": 0.0}, "penalty"),
        ({"dimension": 20_000, "sample_ratio": 50.0}, "input entries"),
    ],
)
def test_bad_input_is_told_in_one_line(given, told):
    with pytest.raises(ToysimError, match=r"^[^\n]*" + told):
        toysim.run(LASSO, **given)
