"""The clock solution, the closed forms and two integrators, held against each other to 1e-9."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.deep_linear import flow
from scipy.integrate import solve_ivp

from toysim.batch import Batch
from toysim.models.deep_linear import MODES
from toysim.models.deep_linear import closed_forms as forms
from toysim.models.deep_linear.clock.layer import layer_at, sharpness
from toysim.models.deep_linear.coordinate import between, coordinate, other_layers


def batch(n=1, seed=0, columns=None, **fixed):
    MODES.validate({"integrator": "flow", **fixed})
    return Batch(MODES, columns or {}, {"integrator": "flow", **fixed}, np.arange(n), seed)


def simulated(**keywords):
    return MODES.load("simulate")(batch(**keywords))


def predicted(**keywords):
    return MODES.load("theory")(batch(**keywords))


def times_of(**keywords):
    return batch(**keywords).record_at[0]


def agree(atol=1e-9, **keywords):
    """All observables of simulation and theory within 1e-9, relative where large, NaN at the same
    places.
    """
    ours, exact = simulated(**keywords), predicted(**keywords)
    assert exact["valid"].all()
    assert set(ours) - set(exact) == {"eta_sharpness", "status", "status_step"}
    for name in set(ours) & set(exact):
        np.testing.assert_allclose(ours[name], exact[name], rtol=1e-9, atol=atol, err_msg=name)


# ---- the coordinate
# --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6, 9, 13, 30])
@pytest.mark.parametrize("c", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("p", [-0.7, 0.0, 0.01, 1.3, 40.0])
def test_coordinate_is_the_hypergeometric_form(depth, c, p):
    """x = p c^(-(D-1)/2) 2F1(1/2, (D-1)/2; 3/2; -p^2/c), less its limit at large p for D > 2."""
    if depth == 1:
        assert coordinate(p, c, depth) == p
        return
    with mpmath.workdps(80):
        power = mpmath.mpf(depth - 1) / 2
        x = p * mpmath.mpf(c) ** -power * mpmath.hyp2f1(0.5, power, 1.5, -(mpmath.mpf(p) ** 2) / c)
        if depth > 2:
            limit = mpmath.sqrt(mpmath.pi) * mpmath.gamma(power - 0.5) / (2 * mpmath.gamma(power))
            x -= limit * mpmath.mpf(c) ** (0.5 - power)
        expected = float(x)
    assert coordinate(p, c, depth) == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_coordinate_at_unit_offset():
    for p in (-0.5, 0.2, 2.0):
        assert coordinate(p, 1.0, 2) == pytest.approx(math.asinh(p), rel=1e-14)
        assert coordinate(p, 1.0, 3) == pytest.approx(math.atan(p) - math.pi / 2, rel=1e-14)
        assert coordinate(p, 1.0, 4) == pytest.approx(p / math.sqrt(1 + p * p) - 1, rel=1e-14)
        half = (p / (1 + p * p) + math.atan(p)) / 2
        assert coordinate(p, 1.0, 5) == pytest.approx(half - math.pi / 4, rel=1e-13)


@pytest.mark.parametrize("depth", [3, 4, 8, 64])
def test_coordinate_ends_in_the_form_without_offset(depth):
    assert coordinate(0.3, 1e-14, depth) == pytest.approx(coordinate(0.3, 0.0, depth), rel=1e-10)
    assert coordinate(0.3, 0.0, depth) == pytest.approx(0.3 ** (2 - depth) / (2 - depth), rel=1e-14)


@settings(max_examples=200, deadline=None)
@given(st.floats(0.01, 2.0), st.sampled_from([0.0, 0.2, 1.0]), st.integers(1, 16), st.booleans())
def test_coordinate_inverts(p, c, depth, negative):
    if negative and (c > 0 or depth == 1):
        p = -p
    x = coordinate(p, c, depth)
    error = layer_at(x, c, depth, 0.5, -2.5, 2.5) - p
    # x is known to its rounding, up to 100 times of which the difference J - J(pi/2) may lose.
    assert abs(error) <= 1e-13 * abs(p) + 1e-15 * abs(x) * abs(other_layers(p, c, depth))


@settings(max_examples=100, deadline=None)
@given(st.floats(-1.5, 1.5), st.floats(0.1, 2.0), st.integers(1, 12))
def test_sharpness_is_the_slope_of_strength(p, c, depth):
    def strength(q):
        return q * (q * q + c) ** (mpmath.mpf(depth - 1) / 2)

    slope = float(mpmath.diff(strength, p)) * other_layers(p, c, depth)
    assert sharpness(p, c, depth) == pytest.approx(slope, rel=1e-9)


# ---- closed forms
# ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("depth", "time"), [(1, 0.683097), (2, 2.297560), (3, 3.768037), (4, 4.683412)]
)
def test_learning_time_reference(depth, time):
    assert forms.learning_time(0.01, 0.5, 1.0, depth) == pytest.approx(time, abs=0.51e-6)


def test_depth_scan_at_fixed_start():
    times = [forms.learning_time(0.01, 1.0, 2.0, depth) for depth in (2, 3, 4, 5, 6, 8)]
    np.testing.assert_allclose(times, [1.323, 1.978, 2.393, 2.606, 2.689, 2.655], atol=0.51e-3)


@pytest.mark.parametrize(
    ("depth", "distance", "a", "b"),
    [(2, 0.2, 1.796063, 1.203937), (3, 0.2, 1.986401, 1.013599), (4, 0.1, 1.854479, 1.145521)],
)
def test_end_state_reference(depth, distance, a, b):
    assert forms.end_state(3.0, distance, depth) == pytest.approx((a, b), abs=0.51e-6)
    assert forms.end_state(3.0, -distance, depth) == pytest.approx((b, a), abs=0.51e-6)


def test_end_state_of_equals_and_of_a_long_deficit():
    assert forms.end_state(3.0, 0.0, 5) == (1.5, 1.5)
    a, b = forms.end_state(1.0, 1e12, 4)
    assert b == pytest.approx(1 / (2e12) ** 2, rel=1e-9)
    assert a == pytest.approx(1.0)


@pytest.mark.parametrize("depth", [2, 3, 4, 6])
def test_plateau_is_the_leading_order_of_the_learning_time(depth):
    ratios = [
        forms.plateau_length(k, 2.0, depth) / forms.learning_time(k, 1.0, 2.0, depth)
        for k in (1e-6, 1e-12)
    ]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1) < 0.2
    assert abs(ratios[1] - 1) < 1e-2


@pytest.mark.parametrize("side", ["simulate", "theory"])
def test_one_pathway_depth_one_and_two(side):
    fixed = {"n_pathways": 1, "start_strength": 0.02, "duration": 6.0, "n_records": 25}
    for depth, form in ((1, forms.strength_depth_one), (2, forms.strength_depth_two)):
        rows = MODES.load(side)(batch(depth=depth, **fixed))
        np.testing.assert_allclose(
            rows["mode_strength"][0, 0], form(times_of(**fixed), 2.0, 0.02), rtol=1e-9, atol=1e-9
        )


@pytest.mark.parametrize("imbalance", [0.0, 1e-9, 1e-3, 0.5, -2.0, 10.0, 1e4])
@pytest.mark.parametrize(("start", "target"), [(0.01, 1.0), (1e-6, 3.0), (2.0, 1.0)])
def test_unbalanced_depth_two(imbalance, start, target):
    """The solution against DOP853, from rich to lazy and for either sign of the imbalance."""

    def slope(_, k):
        return np.sqrt(imbalance**2 + 4 * k * k) * (target - k)

    end = 8.0 / np.hypot(imbalance, 2 * target)
    path = solve_ivp(
        slope, (0.0, end), [start], "DOP853", np.linspace(0, end, 15), rtol=1e-13, atol=1e-16
    )
    formula = forms.strength_unbalanced(path.t, target, start, imbalance)
    np.testing.assert_allclose(formula, path.y[0], rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize("layers", [(0.1, 0.7), (0.7, 0.1), (-0.1, -0.7), (0.2, 3.0)])
def test_depth_two_with_any_layers(side, layers):
    fixed = {"n_pathways": 1, "depth": 2, "layer_starts": [layers]}
    rows = MODES.load(side)(batch(duration=4.0, n_records=9, **fixed))
    formula = forms.strength_unbalanced(
        times_of(duration=4.0, n_records=9),
        2.0,
        layers[0] * layers[1],
        layers[1] ** 2 - layers[0] ** 2,
    )
    np.testing.assert_allclose(rows["mode_strength"][0, 0], formula, rtol=1e-9, atol=1e-9)


def test_lazy_and_rich_limits():
    """Learned half after ln 2 / lambda where lambda >> S, and after ln(S/K0 - 1) / (2S) where
    lambda << S.
    """
    for imbalance, exact in ((1e4, math.log(2 * (1 - 0.01)) / 1e4), (1e-8, math.log(99.0) / 2)):
        strength = forms.strength_unbalanced(exact, 1.0, 0.01, imbalance)
        assert strength == pytest.approx(0.5, rel=1e-6)


def test_learning_time_at_infinite_depth():
    """D t tends to a limit, the distance falling like 1/D."""
    limit = forms.deep_learning_time(0.01, 1.0, 2.0)
    gaps = [limit - depth * forms.learning_time(0.01, 1.0, 2.0, depth) for depth in (4000, 8000)]
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.01)
    assert 0 < gaps[1] < 0.002 * limit


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize("depth", [1, 2, 3, 6])
@pytest.mark.parametrize("offset", [0.0, 1e-6, 0.5, 4.0])
def test_start_strength_is_the_strength_at_the_start(side, depth, offset):
    rows = MODES.load(side)(
        batch(depth=depth, start_strength=0.03, layer_offset=offset, n_records=2)
    )
    np.testing.assert_allclose(rows["mode_strength"][0, :, 0], 0.03, rtol=1e-12)


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("n_pathways", [1, 3])
def test_time_to_a_strength(side, depth, n_pathways):
    k0 = 0.01 / n_pathways
    fixed = {
        "n_pathways": n_pathways,
        "depth": depth,
        "start_strength": k0,
        "duration": 20.0,
        "n_records": 40,
    }
    rows, times = MODES.load(side)(batch(**fixed)), times_of(**fixed)
    total = rows["mode_strength"][0].sum(axis=0)
    rising = (total < 1.99) & (times > 0)
    time = forms.learning_time(0.01, total[rising], 2.0, depth, n_pathways)
    # The strengths are right to 1e-9; so is the time, times the slope dK/dt at its slowest.
    np.testing.assert_allclose(time, times[rising], atol=2e-9)
    half = forms.learning_time(0.01, 1.0, 2.0, depth, n_pathways)
    assert rows["half_learning_time"][0] == pytest.approx(float(half), abs=1e-9)


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize("depth", [2, 3, 4, 6])
def test_end_state_follows_from_the_invariant(side, depth):
    fixed = {"depth": depth, "deficit_start": 0.1, "deficit_length": 0.3, "duration": 300.0}
    rows = MODES.load(side)(batch(**fixed))
    expected = forms.end_state(2.0, float(rows["invariant"][0, 1]), depth)
    np.testing.assert_allclose(rows["final_strength"][0], expected, atol=1e-9)


@pytest.mark.parametrize("depth", [2, 3, 4, 6])
def test_stability_threshold(depth):
    """Just below the threshold descent settles at K = S, just above it does not (2 % bracket)."""
    fixed = {
        "n_pathways": 1,
        "depth": depth,
        "singular_value": 1.5,
        "start_strength": 1.49,
        "allow_unstable": True,
    }
    residual = []
    for factor in (0.98, 1.02):
        step = factor * forms.stable_step(1.5, depth)
        values = {**fixed, "integrator": "gradient_descent", "step": step, "duration": 2000 * step}
        rows = simulated(**values)
        residual.append(abs(rows["final_residual"][0]))
    assert residual[0] < 1e-9
    assert not residual[1] < 1e-3
    assert forms.stable_step(1.5, depth, 2) / forms.stable_step(1.5, depth) == pytest.approx(
        2 ** (1 - 2 / depth)
    )


# ---- the clock
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 8])
@pytest.mark.parametrize("c", [0.0, 0.2, 1.0])
def test_clock_against_another_integrator(depth, c):
    first = [0.3, 0.25, 0.35]
    windows = [(1, 0.2, 0.6), (2, 0.0, 0.3), (0, 0.5, 0.7), (1, 5.0, 50.0)]
    layers = [[p, *[math.sqrt(p * p + c) if c else p] * (depth - 1)] for p in first]
    offsets = np.array([row[-1] ** 2 - row[0] ** 2 for row in layers]) if depth > 1 else np.zeros(3)
    rows = predicted(
        n_pathways=3,
        depth=depth,
        layer_starts=layers,
        windows=windows,
        duration=12.0,
        n_records=241,
    )
    times = times_of(duration=12.0, n_records=241)
    exact = flow(first, offsets, depth, 2.0, windows, times)
    np.testing.assert_allclose(rows["mode_strength"][0], exact, atol=1e-9)


@pytest.mark.parametrize("depth", [1, 2, 3, 4, 6, 13])
def test_clock_against_the_flow(depth):
    agree(depth=depth, deficit_length=0.25, duration=8.0, n_records=9)


@pytest.mark.parametrize("depth", [2, 3, 5, 8, 13])
@pytest.mark.parametrize("begin", [0.0, 0.1])
def test_clock_at_large_initialization_with_noise(depth, begin):
    fixed = {"layer_offset": 1.0, "layer_start": 0.0, "start_noise": 0.01, "singular_value": 10.0}
    agree(
        n=10,
        depth=depth,
        deficit_start=begin,
        deficit_length=0.015,
        duration=1.0,
        n_records=6,
        **fixed,
    )


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_clock_with_lesions_and_windows(depth):
    windows = ((0, 0.2, 0.5), (2, 0.3, 0.9), (3, 0.0, 0.1))
    fixed = {
        "n_pathways": 4,
        "start_imbalance": 0.2,
        "windows": windows,
        "lesions": (2,),
        "deficit_length": 0.4,
    }
    agree(depth=depth, duration=8.0, n_records=9, **fixed)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("start", [1.05, 1.5])
def test_clock_when_too_strong_at_the_start(depth, start):
    """Strengths above S shrink; with the frozen pathway alone above S the open one shrinks without
    end.
    """
    agree(depth=depth, layer_start=start, duration=3.0, n_records=5, deficit_length=0.3)


@pytest.mark.parametrize("depth", [2, 4, 7])
@pytest.mark.parametrize("start", [-1.5, 1.4])
def test_clock_from_far_off_at_large_initialization(depth, start):
    """Starts with K far below 0 or above S, next to the pole of K(x): panels must shrink there."""
    agree(
        depth=depth,
        layer_start=start,
        layer_offset=0.5,
        deficit_length=0.3,
        duration=3.0,
        n_records=7,
    )


@pytest.mark.parametrize("depth", [2, 3])
def test_clock_from_a_tiny_start(depth):
    fixed = {
        "start_strength": {2: 1e-30, 3: 1e-9}[depth],
        "deficit_length": 1.0,
        "duration": 2000.0,
    }
    agree(depth=depth, **fixed)


def test_clock_at_nearly_small_initialization_ends():
    """c << p^2: int_0^p saturates and would lose sqrt(p^2/c) at depth 3; x counts from p = infinity
    instead.
    """
    for depth, c in ((3, 1e-8), (6, 1e-4), (3, 0.02)):
        fixed = {"depth": depth, "layer_offset": c, "deficit_length": 0.3, "duration": 30.0}
        agree(**fixed)
        assert predicted(**fixed)["theory_iterations"][0] < 1000


def test_clock_while_all_are_frozen():
    agree(depth=3, windows=((0, 0.1, 0.4), (1, 0.2, 0.6)), duration=2.0, n_records=21)


def test_clock_from_a_small_start():
    """x starts at 2e4: the pathways' distance must not drown in it. The bound is that of the flow's
    local error.
    """
    agree(depth=4, layer_start=0.005, singular_value=10.0, duration=9000.0, deficit_length=0.04)


def test_clock_with_offsets_that_differ():
    layers = ((0.3, -0.1, -0.3), (0.2, 0.2, 0.2))  # in any order, with signs in pairs
    agree(depth=3, layer_starts=layers, deficit_length=0.2, duration=8.0, n_records=4)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 7),
    st.sampled_from([0.0, 0.5]),
    st.lists(st.floats(0.15, 1.1), min_size=2, max_size=2),
    st.floats(0.0, 2.0),
    st.floats(0.0, 2.0),
    st.floats(0.5, 4.0),
)
def test_clock_and_flow_anywhere(depth, c, first, begin, length, target):
    layers = [[p, *[math.sqrt(p * p + c) if c else p] * (depth - 1)] for p in first]
    agree(
        depth=depth,
        singular_value=target,
        layer_starts=layers,
        deficit_start=begin,
        deficit_length=length,
        duration=6.0,
        n_records=3,
    )


def test_deficit_in_the_plateau_counts_by_its_length_alone():
    """int Omega = S tau while little is learned, whenever the deficit falls and however small the
    start.
    """
    for begin in (0.0, 2.0, 10.0):
        rows = predicted(
            depth=4, layer_start=0.05, deficit_start=begin, deficit_length=0.5, duration=2000.0
        )
        assert rows["invariant"][0, 1] == pytest.approx(2.0 * 0.5, rel=1e-3)


def test_theory_says_where_it_does_not_hold():
    general = predicted(layer_starts=((0.1, 0.2, 0.3), (0.3, 0.2, 0.1)))
    assert not general["valid"][0]
    assert np.isnan(general["final_strength"]).all()
    assert general["balance_drift"][0] == 0.0
    assert not predicted(layer_start=-0.1)["valid"][0]
    assert not predicted(layer_starts=((0.1, -0.1, 0.1), (0.1, 0.1, 0.1)))["valid"][0]
    assert predicted(layer_start=-0.1, layer_offset=1.0)["valid"][0]


@pytest.mark.parametrize("depth", [2, 4, 6])
def test_a_start_far_above_the_target(depth):
    for strength in (1e4, 1e6, 1e8):
        fixed = {"n_pathways": 1, "depth": depth, "start_strength": strength}
        agree(duration=0.0129, n_records=4, **fixed)
    sigmoid = forms.strength_depth_two(0.0129, 2.0, 1e8)  # 39.768
    exact = predicted(n_pathways=1, depth=2, start_strength=1e8, duration=0.0129)
    assert exact["final_strength"][0, 0] == pytest.approx(sigmoid, rel=1e-12)


def test_negative_starts_keep_their_digits():
    """x counts from the end that is near: from infinity it is a difference of numbers of 1e12."""
    fixed = {"layer_offset": 1e-4, "start_imbalance": -0.2, "singular_value": 0.052}
    fixed |= {"n_pathways": 3, "depth": 8, "layer_start": -0.8427, "duration": 0.2}
    agree(n_records=3, **fixed)
    expected = [-0.0376, -0.1650, -0.3952]  # by DOP853, Radau and descent
    np.testing.assert_allclose(predicted(**fixed)["final_strength"][0], expected, atol=0.51e-4)
    for depth, c in ((8, 1e-4), (8, 1e-6), (13, 1e-4)):
        fixed = {"layer_start": -0.7, "start_imbalance": 0.1, "deficit_length": 0.1}
        agree(depth=depth, layer_offset=c, duration=0.5, **fixed)


@pytest.mark.parametrize(("c", "valid"), [(0.01, True), (1e-6, False)])
def test_theory_obeys_its_residual(c, valid):
    """Starts at both sides of 0: the way from one to the other hides what is near its ends."""
    layers = [[p, *[math.sqrt(p * p + c)] * 7] for p in (-0.5, 0.5)]
    fixed = {"depth": 8, "layer_starts": layers, "duration": 3.0}
    rows = predicted(**fixed)
    assert rows["valid"][0] == valid == (rows["theory_residual"][0] <= 1e-9)
    if valid:
        agree(**fixed)


@pytest.mark.parametrize(("c", "depth"), [(0.0, 3), (0.0, 8), (1e-12, 4)])
def test_neighbours_keep_their_distance(c, depth):
    """At p = 1e-5 x is up to 1e29, and a distance from its difference has no digit left."""
    p = 1e-5
    q = p * (1.0 + 1e-9)
    with mpmath.workdps(40):
        exact = mpmath.quad(lambda u: (u * u + c) ** (mpmath.mpf(1 - depth) / 2), [p, q])
    assert between(p, c, q, c, depth) == pytest.approx(float(exact), rel=1e-13)
    assert between(q, c, p, c, depth) == pytest.approx(-float(exact), rel=1e-13)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_pathway_far_from_all_others(place):
    """At p = 1e-10 x is 1e10: distances counted from there are known to 1e-6."""
    first = [0.3, 0.31]
    first.insert(place, 1e-10)
    fixed = {"n_pathways": 3, "layer_starts": [[p] * 3 for p in first], "duration": 1.5}
    ours, exact = simulated(**fixed), predicted(**fixed)
    assert exact["valid"][0]
    np.testing.assert_allclose(ours["final_strength"], exact["final_strength"], atol=1e-9)


@pytest.mark.parametrize(("strength", "depth", "valid"), [(1e-12, 4, True), (1e-30, 3, False)])
def test_the_rise_after_a_long_plateau(strength, depth, valid):
    """The flow keeps its time to 1e-9 of the rise; where that is the time's last digit, theory
    refuses.
    """
    fixed = {"n_pathways": 1, "start_strength": strength, "depth": depth}
    half = float(predicted(duration=1e11, **fixed)["half_learning_time"][0])
    ours, exact = simulated(duration=half, **fixed), predicted(duration=half, **fixed)
    assert exact["valid"][0] == valid
    if valid:
        np.testing.assert_allclose(ours["final_strength"], exact["final_strength"], rtol=1e-9)


def test_differences_of_large_shares_are_not_told():
    """Two pathways of 1e41 S are equal to the last digit, which is more than S."""
    fixed = {"singular_value": 1e-100, "layer_start": 0.0475, "depth": 44}
    assert np.isnan(predicted(**fixed)["dominance"][0])
    rows = predicted(depth=1, singular_value=1e100, start_imbalance=-1e-10, duration=10.0)
    assert np.isnan(rows["invariant_drift"][0, 1])


@pytest.mark.parametrize("depth", [2, 4])
def test_an_even_number_of_negative_layers(depth):
    agree(depth=depth, layer_start=-0.3, duration=5.0, deficit_length=0.3, n_records=3)
    negative, positive = (predicted(depth=depth, layer_start=p) for p in (-0.3, 0.3))
    np.testing.assert_array_equal(negative["final_strength"], positive["final_strength"])


def test_theory_tells_its_accuracy():
    rows = predicted(n=50, start_noise=0.02, layer_offset=0.3, deficit_length=0.4, n_records=4)
    assert rows["theory_residual"].max() < 1e-12
    assert rows["theory_iterations"].max() < 300


def test_a_walk_that_rounding_stops_ends():
    """Starts of 1e11 times the target: panels shrink for ever, so the residual is infinite."""
    fixed = {"depth": 3, "start_noise": 79.0, "singular_value": 2.8e-5, "layer_offset": 7e-6}
    rows = predicted(n=50, n_pathways=6, **fixed)
    assert np.isinf(rows["theory_residual"]).any()
    assert not rows["valid"][np.isinf(rows["theory_residual"])].any()
