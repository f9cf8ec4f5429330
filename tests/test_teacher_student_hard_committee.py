"""teacher_student.hard_committee: its transition, known fixed points, labels, and runs."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

import toysim
from toysim.models.teacher_student.hard_committee.labels import all_labels, both_below
from toysim.models.teacher_student.hard_committee.state_evolution import (
    end,
    information,
    specialisation,
)

HARD = "teacher_student.hard_committee"


def test_both_below_is_the_bivariate_normal():
    h, k = np.array([-2.0, -0.3, 0.4, 1.5, 0.0]), np.array([0.7, -0.2, 2.0, -1.0, 0.3])
    for r in (-0.7, 0.0, 0.4):
        law = multivariate_normal(cov=[[1.0, r], [r, 1.0]])
        known = [law.cdf(x) for x in zip(h, k, strict=True)]
        np.testing.assert_allclose(both_below(h, k, r), known, atol=2e-8)


def test_slopes_of_labels():
    first, second, e = np.array([0.3, -1.0]), np.array([0.5, 0.2]), 1e-5
    table = all_labels(first, second, 0.6, -0.2)
    np.testing.assert_allclose(table[:, 0].sum(0), 1.0, rtol=1e-14)
    for k, (a, b) in enumerate(((e, 0.0), (0.0, e))):
        up = all_labels(first + a, second + b, 0.6, -0.2)[:, 0]
        down = all_labels(first - a, second - b, 0.6, -0.2)[:, 0]
        np.testing.assert_allclose(table[:, k + 1], (up - down) / (2.0 * e), atol=1e-9)


def test_specialisation():
    """2.04 in arXiv:1806.05451; where a small q_a neither grows nor falls."""
    alpha = specialisation()
    assert alpha == pytest.approx(2.05238243, abs=2e-8)
    assert float(toysim.landmark(HARD, "specialisation")) == alpha
    q = end(alpha, 0.0).symmetric
    assert q == pytest.approx(0.7109479, abs=6e-8)
    once, twice = (alpha * information(q, small)[1] / small for small in (1e-6, 2e-6))
    assert 2.0 * once - twice == pytest.approx(1.0, abs=1e-9)


def test_fixed_points():
    assert end(1.0, 0.0).symmetric == pytest.approx(0.479899, abs=6e-7)
    for alpha, q in ((2.3, 0.1238), (2.5, 0.2353), (3.0, 0.4915), (4.0, 0.7668), (6.0, 0.9185)):
        assert end(alpha, 0.1).antisymmetric == pytest.approx(q, abs=6e-5)
    assert end(2.5, 0.1).symmetric == pytest.approx(0.765717, abs=6e-7)


def test_runs_reach_the_state_evolution():
    for alpha in (1.0, 4.0):
        given = {"sample_ratio": alpha, "dimension": 400}
        runs, law = toysim.run(HARD, replicas=12, **given), toysim.theory(HARD, **given)
        assert bool(law["valid"])
        for name in ("symmetric_overlap", "antisymmetric_overlap"):
            draws = runs[name].values.ravel()
            bound = 5.0 * draws.std(ddof=1) / np.sqrt(len(draws)) + 2.0 / 400
            assert abs(draws.mean() - float(law[name])) <= bound < 0.1
