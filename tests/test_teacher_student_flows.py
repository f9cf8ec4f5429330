"""Rates of the overlaps at any start, and where they vanish."""

import math

import numpy as np
import pytest
from reference import teacher_student as plain

import toysim
from toysim.errors import ToysimError

Z = 5.0
RULES = "teacher_student.online_rules"
COMMITTEE = "teacher_student.soft_committee"


@pytest.mark.parametrize("rule", ["hebb", "perceptron", "adatron", "margin"])
@pytest.mark.parametrize("cosine", [-0.5, 0.7])
def test_rates_are_slopes_of_the_course(rule, cosine):
    given = {"rule": rule, "start_cosine": cosine, "start_power": 2.0, "n_records": 3}
    found = toysim.theory(RULES, size=10**9, duration=2e-3, **given)
    for name in ("overlap", "self_overlap"):
        values = found[name].values
        slope = (values[2] - values[0]) / 2e-3
        assert float(found[f"{name}_rate"][1]) == pytest.approx(slope, rel=1e-6)
    assert float(found["cosine"][0]) == pytest.approx(cosine, rel=1e-12)


def test_a_perceptron_with_label_noise_rests_where_both_rates_vanish():
    """At R = 1 - 2p; of the length the root of 2 sqrt(q) S (1-R^2) = eta (1-p) e + eta p (1-e)."""
    p = 0.1
    r, e = 1.0 - 2.0 * p, math.acos(1.0 - 2.0 * p) / math.pi
    hit, pull = (1.0 - p) * e + p * (1.0 - e), (1.0 - p) * (1.0 - r) + p * (1.0 + r)
    power = (hit * math.sqrt(2.0 * math.pi) / (2.0 * pull)) ** 2
    given = {"flip": p, "start_cosine": r, "duration": 50.0, "n_records": 2}
    found = toysim.theory(RULES, start_power=power, size=10**9, **given)
    np.testing.assert_allclose(found["overlap_rate"].values, 0.0, atol=1e-9)
    np.testing.assert_allclose(found["self_overlap_rate"].values, 0.0, atol=1e-9)
    assert float(found["error"][1]) == pytest.approx(e, rel=1e-8)


@pytest.mark.parametrize(("rule", "cosine"), [("perceptron", 0.6), ("adatron", -0.4)])
def test_starts_turned_towards_the_teacher(rule, cosine):
    rng, n = np.random.default_rng(11), 30
    dense = np.array([plain.online(rng, n, rule, 1.0, 0.0, 1.0, cosine) for _ in range(1500)])
    given = {"rule": rule, "start_cosine": cosine, "duration": 1.0, "n_records": 1, "size": n}
    chain = toysim.run(RULES, replicas=20_000, **given)
    weights = toysim.run(RULES, replicas=2000, method="weights", **given)
    for k, name in enumerate(("overlap", "self_overlap")):
        b = chain[name].values.ravel()
        for a in (dense[:, k], weights[name].values.ravel()):
            for power in (1, 2):
                x, y = a**power, b**power
                error = math.hypot(x.std() / math.sqrt(len(x)), y.std() / math.sqrt(len(y)))
                assert abs(x.mean() - y.mean()) <= Z * error, (name, power)


@pytest.mark.parametrize("cosine", [-0.6, 0.6])
def test_tuned_rules_go_on_from_where_they_start(cosine):
    """Both learn from |R_0| as from R = 0 after the time at which they get there."""
    for rule in ("annealed", "optimal"):
        from_zero = toysim.theory(RULES, rule=rule, duration=8.0, n_records=8001)
        r, t = from_zero["cosine"].values, np.linspace(0.0, 8.0, 8001)
        known = t >= 0.5
        passed = np.interp(abs(cosine), r[known], t[known])
        found = toysim.theory(RULES, rule=rule, duration=3.0, n_records=1, start_cosine=cosine)
        later = np.interp(passed + 3.0, t, r)
        assert float(found["cosine"][-1]) == pytest.approx(later, abs=1e-6)


def test_hebb_is_exact_at_every_size():
    """m and q after T examples of N inputs, c = sqrt(2/pi): E m = eta c T/N, N Var m = q_0 +
    eta^2 (1 - c^2) T/N, E q = q_0 + eta^2 T/N + 2 eta^2 c^2 T (T - 1)/(2 N^2).
    """
    n, eta, power, t, c2 = 25, 0.8, 0.5, 3.0, 2.0 / math.pi
    given = {"rule": "hebb", "learning_rate": eta, "start_power": power, "duration": t}
    runs = toysim.run(RULES, replicas=20_000, size=n, n_records=1, **given)
    m, q = (runs[name].values.ravel() for name in ("overlap", "self_overlap"))
    mean_q = power + eta**2 * t + eta**2 * c2 * t * (t - 1.0 / n)
    for draws, known in ((m, eta * math.sqrt(c2) * t), (q, mean_q)):
        assert abs(draws.mean() - known) <= Z * draws.std() / math.sqrt(len(draws))
    known = power + eta**2 * (1.0 - c2) * t
    assert n * m.var() == pytest.approx(known, rel=Z * math.sqrt(2.0 / len(m)))


def test_the_floor_of_label_noise_as_a_landmark():
    """(sigma^2 eta/2 pi) M/sqrt(3) at small rates; none where the solution does not attract."""
    given = {"learning_rate": 1e-3, "label_noise": 0.01}
    floor = 0.01 * 1e-3 / (2.0 * math.pi) * 2.0 / math.sqrt(3.0)
    assert float(toysim.landmark(COMMITTEE, "final_error", **given)) == pytest.approx(floor, 1e-3)
    none = toysim.landmark(COMMITTEE, "final_error", learning_rate=2.4)
    assert "does not attract" in none.reason


def committee(own, other, eta, **given):
    given |= {"start": "symmetric", "start_own": own, "start_other": other, "n_records": 3}
    return toysim.theory(COMMITTEE, size=10**9, learning_rate=eta, duration=2e-2, **given)


def test_rates_of_committees_are_slopes_of_the_course():
    found = committee(0.5, -0.1, 0.5, hidden_units=3, teacher_units=2, label_noise=0.3)
    for name, rates in (
        ("teacher_overlaps", "teacher_rates"),
        ("student_overlaps", "student_rates"),
    ):
        values = found[name]
        slope = (values.isel(record=2) - values.isel(record=0)) / 2e-2
        known = found[rates].isel(record=1).transpose(*slope.dims)
        np.testing.assert_allclose(slope, known, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("own", "other"), [(1.0, 0.0), (0.0, 1.0), (6**-0.5, 6**-0.5)], ids=["one", "two", "plateau"]
)
def test_two_units_rest_at_solutions_and_on_the_plateau(own, other):
    """At small rates: R = 1/sqrt(K (2K - 1)) with Q = C = 1/(2K - 1), K = 2; not a tenth aside."""
    rates = committee(own, other, 1e-4)["teacher_rates"].isel(record=0).values
    aside = committee(own + 0.1, other, 1e-4)["teacher_rates"].isel(record=0).values
    assert np.abs(rates).max() < 1e-3 * np.abs(aside).max()


def test_symmetric_starts_take_no_matrices():
    with pytest.raises(ToysimError, match="start = symmetric takes no overlaps"):
        toysim.run(COMMITTEE, start="symmetric", start_teacher_overlaps=((1.0,),))
