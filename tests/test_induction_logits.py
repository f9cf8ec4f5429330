"""Nested logits: gradient, invariant, closed forms, and the tabulated cliffs."""

import math

import mpmath
import numpy as np
import pytest
from reference.induction_head import logits_flow, logits_loss

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.induction_head import LOGITS as MODEL
from toysim.models.induction_head.logits import closed_forms as forms
from toysim.models.induction_head.logits.flow import RIGHT, take_slopes
from toysim.models.induction_head.logits.integration import LANES
from toysim.models.induction_head.logits.problem import Problem


def rows(side="simulate", fixed=None, **columns):
    columns = {name: np.asarray(values) for name, values in columns.items()}
    n = len(next(iter(columns.values())))
    for i in range(n):
        MODEL.validate({**(fixed or {}), **{name: values[i] for name, values in columns.items()}})
    return MODEL.load(side)(Batch(MODEL, columns, fixed or {}, np.arange(n), 0))


@pytest.mark.parametrize("four", [False, True])
def test_slope_is_minus_mobility_times_the_gradient(four):
    mobility, h, n = np.array([1.0, 2.0, 3.0, 4.0]), 1e-6, 20
    numbers = 5.0, 12.0, 4.0, 6.0 if four else 0.0
    problem = Problem(
        *np.outer(numbers, np.ones(n)), np.outer(mobility, np.ones(n)), np.ones((4, n))
    )
    states = np.random.default_rng(0).normal(0.0, 1.5, (n, 4))
    found, seen = np.empty((4, n)), np.empty((7, n))
    take_slopes(states.T.copy(), problem, seen, found)
    for i, y in enumerate(states):
        loss = logits_loss(y, 5, 12, 4.0, four)
        assert -math.log(seen[RIGHT, i]) == pytest.approx(loss, rel=1e-12)
        around = [
            [logits_loss(y + s * h * e, 5, 12, 4.0, four) for s in (1, -1)] for e in np.eye(4)
        ]
        gradient = np.diff(np.array(around), axis=1)[:, 0] / (-2 * h)
        np.testing.assert_allclose(found[:, i], -mobility * gradient, atol=1e-8)


def some_rows(n):
    """Columns of n rows that differ in all that moves them."""
    rng = np.random.default_rng(3)
    n_pairs = rng.integers(2, 30, n)
    return {
        "form": rng.choice(["three", "four"], n),
        "n_pairs": n_pairs,
        "n_labels": n_pairs + rng.integers(0, 90, n),
        "alpha_mobility": rng.uniform(0.5, 2.0, n),
        "alpha_start": rng.normal(0.0, 0.5, n),
        "duration": rng.uniform(0.0, 300.0, n),
    }


def test_rows_do_not_depend_on_their_neighbours():
    """Alone, among few and among many: the same bits."""
    columns, fixed = some_rows(LANES + 30), {"n_records": 3}
    together = rows(fixed=fixed, **columns)
    for some in ([7], [1, LANES + 5, 40], np.arange(3, LANES, 9)):
        found = rows(fixed=fixed, **{name: values[some] for name, values in columns.items()})
        for name, values in found.items():
            np.testing.assert_array_equal(values, together[name][some])


def test_what_starts_above_a_level_has_not_crossed_it():
    """Two labels: p(right) is 1/2 at first, and rises; theory says the same."""
    for side in ("simulate", "theory"):
        start = {"alpha_start": 0.2, "xi_start": 0.2, "duration": 100.0}
        found = rows(side, fixed={"n_labels": 2, **start}, n_pairs=[2])
        assert np.isnan([found[name][0] for name in ("t10", "t50", "width")]).all()
        assert found["t90"][0] > found["leave_time"][0] > 0


# N, L, mu_xi: t50 from the origin at equal mobilities but that of xi, s_inf and s_half predictions,
# linear form, width; from a prototype (8th-order adaptive solver, closed forms by quadrature).
CLIFFS = [
    (8, 16, 1, 60.61, 56.13, 64.82, 54.16, 0.19),
    (8, 32, 1, 49.53, 45.26, 52.17, 44.22, 0.18),
    (8, 128, 1, 44.22, 39.83, 45.80, 39.55, 0.21),
    (16, 64, 1, 126.88, 122.73, 134.06, 120.84, 0.048),
    (32, 128, 1, 343.67, 339.82, 357.94, 336.23, 0.0094),
    (64, 256, 1, 953.65, 950.40, 978.78, 943.42, 0.0016),
    (8, 32, 10, 16.22, 15.19, 17.69, 13.98, 0.20),
    (8, 32, 100, 6.10, 5.92, 7.10, 4.42, 0.67),
]


ESTIMATES = (forms.action_inf, forms.action_half)


def test_cliffs_of_the_table():
    N, L, mu, t50, low, high, linear, width = np.array(CLIFFS).T
    columns = {"n_pairs": N.astype(int), "n_labels": L.astype(int), "xi_mobility": mu}
    found = rows(fixed={"duration": 1200.0}, **columns)
    np.testing.assert_allclose(found["t50"], t50, atol=0.011)
    np.testing.assert_allclose(found["width"], width, rtol=0.05)
    lower, upper = forms.action_inf(N, N), forms.action_half(N, N)
    np.testing.assert_allclose(forms.time_of_action(lower, N, L, mu), low, atol=0.006)
    np.testing.assert_allclose(forms.time_of_action(upper, N, L, mu), high, atol=0.006)
    np.testing.assert_allclose(forms.linear_cliff_time(lower, N, L, mu), linear, atol=0.006)
    theory = rows("theory", fixed={"duration": 1.0}, **columns)
    np.testing.assert_array_equal(np.isfinite(theory["cliff_lower"]), mu == 1)


@pytest.mark.parametrize("N", range(2, 8))
def test_bracket_of_few_pairs_at_every_number_of_labels(N):
    """Where it is given it holds; one label beyond its range the upper estimate fails."""
    L = np.arange(N + 1, 64 * N + 1)
    t50 = rows("theory", {"duration": 1e3, "n_records": 0, "n_pairs": N}, n_labels=L)["t50"]
    lower, upper = (forms.time_of_action(a(N, N), N, L) for a in ESTIMATES)
    assert (lower < t50).all()
    known = forms.bracketed(N, L)[1]
    np.testing.assert_array_equal(known, t50 < upper)


def test_bracket_holds_where_it_is_given():
    N = np.array([8, 8, 12, 16, 24, 40, 8])
    L = np.array([16, 512, 24, 160, 60, 80, 1024])
    found = rows(fixed={"duration": 1500.0}, n_pairs=N, n_labels=L)
    given = rows("theory", fixed={"duration": 1.0}, n_pairs=N, n_labels=L)
    assert np.isnan(given["cliff_upper"][-1])
    assert found["t50"][-1] > forms.time_of_action(forms.action_half(8, 8), 8, 1024)
    found, given = ({name: v[:-1] for name, v in side.items()} for side in (found, given))
    assert (given["cliff_lower"] < found["t50"]).all()
    assert (found["t50"] < given["cliff_upper"]).all()


@pytest.mark.parametrize(
    ("n_pairs", "three", "two"), [(2, 57.6, 69.1), (4, 168.6, 205.1), (8, 517.1, 662.2)]
)
def test_four_logits_as_a_mean_field_of_the_head(n_pairs, three, two):
    """Crossing times of a prototype at mobilities (1, 1, 1, 1/L), with beta2 and without."""
    fixed = {
        "form": "four",
        "n_pairs": n_pairs,
        "n_labels": 4 * n_pairs,
        "xi_mobility": 0.25 / n_pairs,
    }
    found = rows(fixed={**fixed, "duration": 800.0}, beta2_mobility=[1.0, 0.0])
    np.testing.assert_allclose(found["t50"], [three, two], atol=0.06)
    assert found["beta2"].shape == (2, 0)


def test_flow_is_that_of_scipy():
    y, mobility = np.array([0.5, -0.3, 0.2, 0.4]), np.array([0.7, 1.1, 0.9, 2.0])
    names = ("beta1", "alpha", "beta2", "xi")
    fixed = {f"{name}_start": v for name, v in zip(names, y, strict=True)}
    fixed |= {f"{name}_mobility": v for name, v in zip(names, mobility, strict=True)}
    fixed |= {"n_pairs": 6, "n_labels": 20, "duration": 90.0, "n_records": 1, "competitors": 3.0}
    ours = rows(fixed=fixed, form=np.array(["three", "four"]))
    for i, four in enumerate([False, True]):
        peer = logits_flow(
            y, mobility, 6, 20, 3.0, four, 90.0, rtol=1e-11, atol=1e-13, method="DOP853"
        )
        np.testing.assert_allclose(
            [ours[name][i, 0] for name in names], peer.y[:, -1], rtol=1e-7, atol=1e-8
        )
        assert ours["t50"][i] == pytest.approx(peer.t_events[0][0], rel=1e-7)


# SciPy's DOP853 at 1e-13 (the fifth: Radau and LSODA at 1e-10), of impulses (y - start)/mobility,
# differences written as what they are.
FAR = [
    ({"xi_mobility": 435.42423961871714, "n_labels": 10**9}, "leave_time", 0.007349137581),
    ({"n_pairs": 3, "competitors": 1e9, "n_labels": 10**9}, "leave_time", 0.450000002769),
    ({"n_labels": 10**9}, "leave_time", 3.196780509643),
    (
        {
            "competitors": 23.266976287703734,
            "xi_mobility": 1.605711349287247e-05,
            "n_labels": 80884,
            "beta1_mobility": 706760.2449612762,
            "duration": 0.39608327953045785,
            "alpha_start": 11.610193963752227,
        },
        "beta1",
        1.173547818423e-02,
    ),
    (
        {
            "alpha_mobility": 0.0008232438731085421,
            "duration": 37701952.94724798,
            "alpha_start": 31.01909424851406,
            "xi_mobility": 42488.66872237601,
            "beta1_mobility": 6.796544188726426,
            "n_labels": 2009,
        },
        "xi",
        41.726131806649,
    ),
    (
        {
            "form": "four",
            "n_labels": 4392,
            "duration": 173.46184977954334,
            "beta2_mobility": 0.0,
            "alpha_start": 50.0,
            "xi_start": -50.0,
            "alpha_mobility": 1.1517489405414654,
            "beta1_mobility": 1e6,
            "xi_mobility": 0.5153502151335811,
        },
        "beta1",
        -21.768215304079,
    ),
    ({"n_pairs": 2, "xi_mobility": 1e6}, "t90", 0.042894730773),
]


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize(("values", "name", "right"), FAR)
def test_far_from_the_defaults(values, name, right, side):
    """Labels without number, and mobilities of which one is 1e10 times the other."""
    found = rows(side, fixed={**values, "n_records": 2}, n_pairs=[values.get("n_pairs", 8)])
    value = found[name][0, 1] if found[name].ndim == 2 else found[name][0]
    assert value == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize(
    "values",
    [
        {"beta1_start": 50.0, "beta1_mobility": 115956.5, "xi_mobility": 0.173, "duration": 6.45e7},
        {"alpha_start": 0.0, "beta1_mobility": 12283.2, "n_labels": 15040286},
    ],
)
def test_drift_is_a_share_of_what_is_conserved(values):
    assert 0.0 < rows(fixed=values, n_pairs=[8])["invariant_drift"][0] < 1e-8


def test_a_start_on_a_level_does_not_cross_it():
    """p(right) is 1/10 at first, to the last digit or to the last but one."""
    for side in ("simulate", "theory"):
        found = rows(side, n_labels=[10, 11])
        np.testing.assert_array_equal(np.isnan(found["t10"]), [True, False])


def test_theory_tells_no_time_that_rounding_sets():
    """p(right) creeps through 1/2 = 1/N by 1e-9 a unit of log t, as attention dies out."""
    fixed = {"form": "four", "n_labels": 2, "alpha_start": -50.0, "xi_start": 0.02264103551917866}
    fixed |= {"alpha_mobility": 6.8145719896762555, "beta1_mobility": 0.0, "duration": 1e9}
    fixed |= {"beta2_mobility": 57415.73825216466, "xi_mobility": 0.6511734511441466}
    found, told = (rows(side, fixed=fixed, n_pairs=[2])["t50"] for side in ("simulate", "theory"))
    assert found[0] > 1e8
    assert np.isnan(told[0])


def test_items_that_are_not_there_move_nothing():
    """Three logits leave beta2 alone, whatever its mobility."""
    fixed = {"beta2_mobility": 1e6, "duration": 4.5e7, "competitors": 952.0, "n_records": 3}
    for side in ("simulate", "theory"):
        found = rows(side, fixed=fixed, n_pairs=[8])
        np.testing.assert_array_equal(found["beta2"], 0.0)


def test_even_attention_by_lambert_w_in_50_digits():
    mpmath.mp.dps = 50
    for n_pairs, n_labels, t in [(8, 32, 3.0), (8, 9, 400.0), (4, 1000, 1e4), (20, 21, 1e6)]:
        A, tau = mpmath.mpf(n_pairs) / (n_labels - n_pairs), mpmath.mpf(t) / n_pairs**2
        exact = n_pairs * (tau + A - mpmath.lambertw(A * mpmath.exp(tau + A)))
        assert forms.xi_phase1(t, n_pairs, n_labels) == pytest.approx(float(exact), rel=1e-12)
    for n_pairs, n_labels, t in [(10**6, 10**6 + 1, 1e15), (10**6, 10**6 + 1, 10.0), (2, 3, 1e15)]:
        B, tau = mpmath.mpf(n_pairs) / (n_labels - n_pairs), mpmath.mpf(t) / n_pairs**2
        found = forms.xi_phase1(t, n_pairs, n_labels)
        exact = mpmath.findroot(lambda d: d + B * mpmath.expm1(d) - tau, found / n_pairs)  # noqa: B023
        assert found == pytest.approx(float(n_pairs * exact), rel=1e-13)
    slope = forms.xi_phase1(1e-6, 8, 32) / 1e-6
    assert slope == pytest.approx(1 / 8 - 1 / 32, rel=1e-6)
    assert forms.xi_phase1(10.0, 8, 8, xi_start=0.3) == pytest.approx(0.3)
    assert forms.even_loss(0.0, 8, 32) == pytest.approx(math.log(32))
    assert forms.even_loss(1e3, 8, 32) == pytest.approx(math.log(8))


def test_flow_line_goes_through_its_states():
    beta1, alpha = np.array([-2.0, 0.0, 3.0]), np.array([1.0, 0.0, -4.0])
    C = forms.invariant(beta1, alpha, 8.0, 0.5)
    np.testing.assert_allclose(
        forms.odds_along(alpha, C, 8.0, 0.5), np.exp(beta1) / 8.0, rtol=1e-13
    )


@pytest.mark.parametrize("form", ["three", "four"])
def test_diagnostics_are_those_of_the_states(form):
    """Gradient by differences of the loss; the invariant at the start and later."""
    fixed = {"form": form, "beta1_start": 0.4, "alpha_start": 0.3, "xi_start": 0.2, "n_records": 4}
    fixed |= {"beta1_mobility": 0.5, "n_pairs": 6, "n_labels": 20, "competitors": 3.0}
    found, h = rows("theory", fixed=fixed, duration=[60.0]), 1e-5
    names = ("beta1", "alpha", "beta2", "xi")
    for k in range(4):
        y = np.array([found[name][0, k] for name in names])
        for name, e in zip(names, h * np.eye(4), strict=True):
            up, down = (logits_loss(y + s * e, 6, 20, 3.0, form == "four") for s in (1, -1))
            assert found[f"loss_by_{name}"][0, k] == pytest.approx((up - down) / (2 * h), abs=1e-9)
        now = forms.invariant(y[0], y[1], 3.0, 0.5)
        assert found["invariant"][0] == pytest.approx(now, rel=1e-8)


def test_actions_from_any_start():
    """From the origin those of the bracket; the times that they take lie on both sides of t50."""
    fixed = {"alpha_start": -0.3, "beta1_start": 0.2, "duration": 400.0}
    found = rows("theory", fixed=fixed, n_pairs=[16, 16], form=np.array(["three", "four"]))
    lower, upper = (
        forms.time_of_action(found[f"action_{side}"][0], 16, 32) for side in ("lower", "upper")
    )
    assert lower < found["t50"][0] < upper
    assert np.isnan(found["action_lower"][1])
    origin = rows("theory", n_pairs=[16])
    assert origin["action_upper"][0] == pytest.approx(forms.action_half(16, 16))


def test_saddle_is_left_at_its_rate():
    """L = N: alpha + xi grows, alpha - xi shrinks, both at p (N-1)/N^2; which sign wins decides the
    branch.
    """
    start, rate = 1e-6, forms.saddle_rate(0.0, 8, 8.0)
    assert rate == pytest.approx(7 / 576)
    fixed = {"n_labels": 8, "duration": 300.0, "n_records": 2}
    found = rows(fixed=fixed, alpha_start=[start, start, -start], xi_start=[start, -start, 0.0])
    grown = found["alpha"][:, 1] / start
    np.testing.assert_allclose(grown[:2], np.exp([300 * rate, -300 * rate]), rtol=1e-4)
    assert grown[2] < 0
    assert rows("theory", fixed=fixed, alpha_start=[0.0])["saddle_rate"] == pytest.approx(rate)


def test_far_ends_stay_finite():
    found = rows(
        fixed={"duration": 1e6, "n_records": 3},
        n_pairs=[2, 1000, 8],
        n_labels=[2, 10**9, 32],
        alpha_start=[50.0, -50.0, 50.0],
        beta1_start=[-50.0, 50.0, 50.0],
        xi_start=[50.0, 50.0, -50.0],
    )
    assert all(
        np.isfinite(found[name]).all() for name in ("loss", "alpha", "beta1", "xi", "p_right")
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"n_pairs": 1}, "n_pairs = 1"),
        ({"n_labels": 4}, "n_labels = 4 is less than n_pairs = 8"),
        ({"competitors": -1.0}, "competitors"),
        ({"alpha_start": math.nan}, "alpha_start"),
        ({"xi_start": 51.0}, "xi_start = 51.0"),
        ({"xi_mobility": -1.0}, "xi_mobility"),
        ({"form": "five"}, "form"),
        ({"duration": math.inf}, "duration"),
        ({"n_records": 10**9}, "n_records"),
        ({"n_pairs": 8.5}, "n_pairs"),
    ],
)
def test_bad_input_is_one_line(values, says):
    with pytest.raises(ToysimError) as caught:
        MODEL.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
