"""The simulated mode: Euler map against full matrix descent, published and measured numbers,
invariances.
"""

import json
import math
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.deep_linear import MatrixNetwork, flow

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.deep_linear import MODES
from toysim.models.deep_linear.modes.lanes import LANES
from toysim.models.deep_linear.modes.problem import first_layer_of
from toysim.models.deep_linear.stability import sharpness_at_end
from toysim.outcomes import Status

GOLDEN = Path(__file__).parent / "golden"


def simulated(n=1, seed=0, columns=None, **fixed):
    """Observables of n rows; one row comes without its leading axis."""
    MODES.validate(fixed)
    batch = Batch(MODES, columns or {}, fixed, np.arange(n), seed)
    rows = MODES.load("simulate")(batch)
    return rows if n > 1 else {name: values[0] for name, values in rows.items()}


# ---- exact reduction: matrices = Euler map
# ---------------------------------------------------------------------

SINGULAR_VALUES = np.array([3, 2.2, 1.5, 1.5, 0.9, 0.5])
STARTS = np.array([0.02 * (1 + 0.05 * np.arange(6)), 0.02 * (1 - 0.03 * np.arange(6))])


def matrix_course(depth, step):
    """K (2, 6, 26) of the matrix network every 0.16 up to T = 4, pathway 1 frozen on [0.16,
    0.64).
    """
    network = MatrixNetwork(3, depth, SINGULAR_VALUES, STARTS)
    every = round(0.16 / step)
    course = [network.strengths()]
    for n in range(25 * every):
        network.update(step, (True, not every <= n < 4 * every))
        if (n + 1) % every == 0:
            course.append(network.strengths())
    return np.moveaxis(course, 0, 2)


def mode_course(depth, integrator, step=0.02):
    """The same from the engine, a row a mode."""
    layers = np.repeat(STARTS.T[:, :, None] ** (1 / depth), depth, axis=2)
    columns = {"singular_value": SINGULAR_VALUES, "layer_starts": layers}
    fixed = {
        "depth": depth,
        "deficit_start": 0.16,
        "deficit_length": 0.48,
        "duration": 4.0,
        "step": step,
        "n_records": 26,
        "integrator": integrator,
    }
    return np.moveaxis(simulated(6, columns=columns, **fixed)["mode_strength"], 0, 1)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_matrix_descent_is_the_euler_map(depth):
    np.testing.assert_allclose(
        mode_course(depth, "gradient_descent"), matrix_course(depth, 0.02), atol=1e-11
    )


@pytest.mark.parametrize(
    ("depth", "errors"),
    [
        (2, [6.18e-2, 3.08e-2, 1.54e-2, 7.70e-3, 3.85e-3]),
        (3, [1.39e-1, 6.71e-2, 3.29e-2, 1.63e-2, 8.10e-3]),
        (4, [2.34e-1, 1.22e-1, 6.23e-2, 3.14e-2, 1.58e-2]),
    ],
)
def test_descent_nears_the_flow_in_first_order(depth, errors):
    exact = mode_course(depth, "flow")
    steps = [0.02, 0.01, 0.005, 0.0025, 0.00125]
    found = [np.abs(mode_course(depth, "gradient_descent", step) - exact).max() for step in steps]
    np.testing.assert_allclose(found, errors, rtol=0.006)  # the numbers were noted to three digits
    assert all(1.8 <= a / b <= 2.2 for a, b in pairwise(found))


def test_equal_layers_by_layers_or_by_one_number():
    fixed = {"depth": 5, "duration": 6.0, "deficit_length": 0.3, "n_records": 7}
    one = simulated(**fixed)
    nearly = 0.3 * (1 + 1e-13)  # no longer equal: takes the loop over layers
    many = simulated(layer_starts=((0.3, 0.3, 0.3, 0.3, nearly),) * 2, **fixed)
    for name in ("mode_strength", "final_strength", "half_learning_time", "sharpness"):
        np.testing.assert_allclose(many[name], one[name], rtol=1e-10)


# ---- numbers of the literature and of a prototype
# --------------------------------------------------------------

# K_b / S at the end; S = 2, p0 = 0.3, pathway b frozen on [0, tau], tau = .1, .25, .5, 1, 2
SHARES = {
    2: [0.4109, 0.2927, 0.1584, 0.0637, 0.0454],
    3: [0.3602, 0.2068, 0.0883, 0.0263, 0.0135],
    4: [0.3184, 0.1608, 0.0679, 0.0229, 0.0068],
    6: [0.2551, 0.1139, 0.0499, 0.0197, 0.0074],
    8: [0.2110, 0.0894, 0.0403, 0.0171, 0.0070],
}
SHARES_SAME_STRENGTH = {  # the same with K0 = 0.01 in each pathway
    2: [0.4024, 0.2716, 0.1236, 0.0231, 0.0053],
    3: [0.3579, 0.2030, 0.0850, 0.0236, 0.0057],
    4: [0.3187, 0.1611, 0.0681, 0.0230, 0.0069],
    6: [0.2567, 0.1151, 0.0505, 0.0200, 0.0076],
    8: [0.2126, 0.0904, 0.0408, 0.0173, 0.0071],
}


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize("depth", [2, 3, 4, 6, 8])
def test_shares_after_a_deficit(side, depth):
    columns = {"deficit_length": np.array([0.1, 0.25, 0.5, 1.0, 2.0])}
    for start, shares in (({}, SHARES), ({"start_strength": 0.01}, SHARES_SAME_STRENGTH)):
        fixed = {"depth": depth, "integrator": "flow", "duration": 2000.0, **start}
        rows = MODES.load(side)(Batch(MODES, columns, fixed, np.arange(5), 0))
        np.testing.assert_allclose(rows["final_share"][:, 1], shares[depth], atol=0.5001e-4)


@pytest.mark.parametrize(
    ("depth", "share"), [(2, 0.45012), (3, 0.20037), (4, 0.01519), (6, 0.00012)]
)
def test_a_head_start_grows_without_deficit(depth, share):
    fixed = {"layer_start": 0.2, "start_imbalance": 0.05, "duration": 5000.0, "integrator": "flow"}
    assert simulated(depth=depth, **fixed)["final_share"][1] == pytest.approx(share, abs=0.5001e-5)


@pytest.mark.parametrize(
    ("depth", "start", "a", "b"),
    [
        (2, 0, 1.744020, 0.255980),
        (3, 0, 1.826243, 0.173757),
        (4, 0, 1.861323, 0.138677),
        (4, 1, 1.832041, 0.167959),
    ],
)
def test_end_state_reference(depth, start, a, b):
    fixed = {
        "start_strength": 0.02,
        "deficit_start": float(start),
        "deficit_length": 0.5,
        "duration": 200.0,
    }
    end = simulated(depth=depth, integrator="flow", **fixed)["final_strength"]
    np.testing.assert_allclose(end, [a, b], atol=0.51e-6)


def test_end_state_of_euler_and_flow():
    fixed = {"depth": 4, "singular_value": 10.0, "deficit_length": 0.05, "duration": 30.0}
    assert simulated(integrator="flow", **fixed)["final_strength"][1] == pytest.approx(
        0.570498, abs=1e-6
    )
    for step, b, distance in [
        (0.01, 0.71247, 0.857),
        (0.005, 0.63981, 0.923),
        (0.0025, 0.60473, 0.960),
        (0.00125, 0.58750, 0.979),
    ]:
        end = simulated(step=step, **fixed)
        assert end["final_strength"][1] == pytest.approx(b, abs=0.51e-5)
        # p_b^-2 - p_a^-2 = 2 (x_a - x_b)
        assert 2 * end["invariant"][1] == pytest.approx(distance, abs=0.51e-3)


@pytest.mark.parametrize(
    ("depth", "flow_share", "euler", "shifted"),
    [
        (2, 0.49370, 0.49382, 0.49369),
        (3, 0.37775, 0.37643, 0.37442),
        (4, 0.15592, 0.15465, 0.15321),
    ],
)
def test_one_update_matters(depth, flow_share, euler, shifted):
    """The authors' reduced map freezes updates 399..548 where the network freezes 400..549."""
    fixed = {"depth": depth, "singular_value": 1.0, "start_strength": 0.01, "duration": 10.0}
    for kind, start, expected in [
        ("flow", 4.0, flow_share),
        ("gradient_descent", 4.0, euler),
        ("gradient_descent", 3.99, shifted),
    ]:
        end = simulated(integrator=kind, deficit_start=start, deficit_length=1.5, **fixed)
        assert end["final_share"][1] == pytest.approx(expected, abs=0.51e-5)


@pytest.mark.parametrize(
    ("depth", "frozen", "b"),
    [(2, 4, 3.181), (3, 4, 1.625), (4, 4, 0.976), (2, 5, 2.783), (3, 5, 1.227), (4, 5, 0.711)],
)
def test_small_initialization_early_deficit(depth, frozen, b):
    fixed = {"singular_value": 10.0, "layer_start": 0.005, "duration": 10_000.0}
    end = simulated(depth=depth, deficit_length=0.01 * frozen, **fixed)
    assert end["final_strength"][1] == pytest.approx(b, abs=0.51e-3)
    if frozen == 4:
        assert end["eta_sharpness"] == pytest.approx({2: 0.20, 3: 0.57, 4: 1.12}[depth], abs=0.0051)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_small_initialization_late_deficit_leaves_equals_equal(depth):
    fixed = {
        "singular_value": 10.0,
        "layer_start": 0.005,
        "duration": 10_000.0,
        "integrator": "reduced_euler",
    }
    end = simulated(depth=depth, deficit_start=5000.0, deficit_length=100.0, **fixed)[
        "final_strength"
    ]
    assert end[0] == end[1] == pytest.approx(5.0, abs=1e-12)


FIGURE_1 = {
    0.0: {2: 4.25732, 3: 3.19204, 5: 1.60170, 8: 0.76373, 13: 0.36844},
    0.1: {2: 4.47336, 3: 4.09476, 5: 4.91843, 8: 4.99999, 13: 5.00000},
}


@pytest.mark.parametrize("side", ["simulate", "theory"])
@pytest.mark.parametrize("depth", [2, 3, 5, 8, 13])
def test_large_initialization_without_noise(side, depth):
    for begin, strengths in FIGURE_1.items():
        fixed = {
            "depth": depth,
            "singular_value": 10.0,
            "layer_start": 0.0,
            "layer_offset": 1.0,
            "deficit_start": begin,
            "deficit_length": 0.015,
            "duration": 5.0,
            "integrator": "flow",
        }
        rows = MODES.load(side)(Batch(MODES, {}, fixed, np.arange(1), 0))
        assert rows["final_strength"][0, 1] == pytest.approx(strengths[depth], abs=0.51e-5)


@pytest.mark.parametrize("panel", [f"{w} {d}" for w in ("early", "late") for d in (2, 5, 8, 13)])
def test_phase_portrait(panel):
    """1000 draws against 20,000 of an independent script: mean and standard deviation within 5
    standard errors.
    """
    golden = json.loads((GOLDEN / "phase_portrait.json").read_text())
    reference, (first, after) = golden["panels"][panel], golden["made"]["windows"][panel.split()[0]]
    n = 1000
    b = simulated(
        n,
        seed=1,
        depth=int(panel.split()[1]),
        singular_value=10.0,
        layer_start=0.0,
        layer_offset=1.0,
        start_noise=0.01,
        deficit_start=first * 1e-3,
        deficit_length=(after - first) * 1e-3,
        duration=1.0,
        step=1e-3,
        integrator="reduced_euler",
    )["final_strength"][:, 1]
    fewer = math.sqrt(
        golden["made"]["draws"] / n
    )  # our standard errors in units of the reference's
    combined = math.hypot(1.0, fewer)
    assert abs(b.mean() - reference["mean"]) <= 5 * combined * reference["mean_error"]
    assert abs(b.std(ddof=1) - reference["sd"]) <= 5 * combined * reference["sd_error"]
    assert reference["sd_error"] * combined < 0.1 * reference["sd"]  # or the test could not fail


def test_steps_between_the_thresholds_share_the_mode():
    """Above the single-pathway threshold descent drifts towards sharing (arXiv:2606.05219)."""
    threshold = 2.0 / (4 * 3.0**1.5)
    for factor, b in [(0.5, 0.0656), (0.95, 0.0701), (1.05, 0.1136), (1.2, 0.5044)]:
        step = factor * threshold
        fixed = {"depth": 4, "singular_value": 3.0, "layer_start": 0.5, "start_imbalance": 0.2}
        end = simulated(step=step, duration=40_000 * step, allow_unstable=True, **fixed)
        assert end["final_strength"][1] == pytest.approx(b, abs=0.51e-4)
        assert end["eta_sharpness"] < 2.0


@pytest.mark.parametrize(
    ("expected", "step", "depth", "target", "c"),
    [
        (0.20, 0.01, 2, 10.0, 0.0),
        (0.31, 0.01, 4, math.sqrt(15), 0.0),
        (0.02, 0.001, 2, 10.0, 1.0),
        (0.20, 0.001, 5, 10.0, 1.0),
        (0.47, 0.001, 8, 10.0, 1.0),
        (0.96, 0.001, 13, 10.0, 1.0),
    ],
)
def test_step_times_sharpness_of_the_papers_figures(expected, step, depth, target, c):
    known = step * sharpness_at_end(target, (0.0, *(c,) * (depth - 1)))
    assert known == pytest.approx(expected, abs=0.0052)
    alone = simulated(
        n_pathways=1,
        depth=depth,
        singular_value=target,
        layer_offset=c,
        step=step,
        duration=100.0,
        layer_start=0.4,
    )
    assert alone["eta_sharpness"] == pytest.approx(known, rel=0.1 if c else 1e-9)


# ---- what a deficit and a lesion mean
# --------------------------------------------------------------------------


def test_frozen_updates_are_counted():
    """Update n is frozen for start <= n * step < start + length, and nothing else is."""
    fixed = {
        "depth": 2,
        "duration": 0.05,
        "n_records": 6,
        "deficit_start": 0.02,
        "deficit_length": 0.02,
    }
    b = simulated(**fixed)["mode_strength"][1]
    assert list(np.diff(b) == 0) == [False, False, True, True, False]


def test_lesioned_pathway_leaves_all_to_the_other():
    end = simulated(lesions=(0,), deficit_length=1.0, duration=60.0, depth=3)
    assert end["final_strength"][0] == pytest.approx(0.027)
    assert end["final_strength"][1] == pytest.approx(2.0, abs=1e-12)
    assert end["dominance"] == pytest.approx(1.0, abs=1e-12)
    assert end["final_residual"] == pytest.approx(0.0, abs=1e-12)


def test_windows_add_to_the_deficit():
    fixed = {"duration": 8.0, "deficit_length": 0.5, "integrator": "flow"}
    split = simulated(windows=((1, 0.2, 0.5), (0, 3.0, 3.0)), **{**fixed, "deficit_length": 0.2})
    whole = simulated(**fixed)
    np.testing.assert_allclose(split["final_strength"], whole["final_strength"], rtol=1e-12)


def test_flow_does_not_step_over_a_short_window():
    fixed = {"layer_start": 0.01, "duration": 400.0, "integrator": "flow", "depth": 3}
    with_window = simulated(deficit_start=10.0, deficit_length=0.01, **fixed)
    assert with_window["invariant"][1] == pytest.approx(0.02, rel=1e-3)  # int Omega = S * 0.01


def test_records_lie_on_updates_and_between():
    fixed = {"depth": 3, "duration": 0.04, "step": 0.01}
    every = simulated(n_records=5, **fixed)
    twice = simulated(n_records=9, **fixed)
    np.testing.assert_array_equal(twice["mode_strength"][:, ::2], every["mode_strength"])
    middle = 0.5 * (every["mode_strength"][:, 1:] + every["mode_strength"][:, :-1])
    np.testing.assert_allclose(twice["mode_strength"][:, 1::2], middle, rtol=1e-14)
    np.testing.assert_array_equal(
        simulated(n_records=1, **fixed)["mode_strength"][:, 0], every["final_strength"]
    )
    assert simulated(**fixed)["mode_strength"].shape == (2, 0)


CUT = (
    {"depth": 3, "deficit_length": 3.3e-4},
    {"depth": 3, "deficit_length": 2.2e-3, "deficit_start": 0.0137},
    {"depth": 1, "deficit_length": 7.2e-4, "deficit_start": 0.0342, "layer_start": -39.7},
    {"depth": 4, "deficit_length": 0.1234, "deficit_start": 0.2345, "layer_offset": 0.3},
    {"depth": 7, "duration": 23.06008, "layer_start": 0.3},
    {"depth": 2, "duration": 0.0071, "deficit_start": 0.0021, "deficit_length": 0.003},
)


@pytest.mark.parametrize("integrator", ["gradient_descent", "reduced_euler"])
@pytest.mark.parametrize("given", CUT)
def test_edges_between_updates_count_by_their_share(given, integrator):
    """Descent, extrapolated to step 0, meets SciPy's flow through windows of any length, and its
    error of second order: no part of an edge is lost.
    """
    values = {"duration": 1.2345, "layer_offset": 0.0, "layer_start": 0.3} | given
    fixed = {"start_imbalance": 0.01, "n_records": 4, "integrator": integrator} | values
    at = values.get("deficit_start", 0.0)
    windows = [(1, at, at + values.get("deficit_length", 0.0))]
    first = [values["layer_start"] * 1.01, values["layer_start"] * 0.99]
    times = np.linspace(0, values["duration"], 4)
    offset = np.full(2, values["layer_offset"] if values["depth"] > 1 else 0.0)
    exact = flow(first, offset, values["depth"], 2.0, windows, times)
    step = min(0.01, values["duration"] / 10)
    y = [simulated(step=step / n, **fixed)["mode_strength"] for n in (1, 2, 4, 8)]
    off = [np.abs(2 * b - a - exact).max() for a, b in pairwise(y)]
    assert off[-1] < 0.1 * np.abs(y[-1] - exact).max()
    assert off[-1] < 0.5 * off[0]


@pytest.mark.parametrize("share", [0.2, 0.45])
def test_half_learned_in_the_first_update(share):
    """The time, not only its order: at depth 1 it is ln(Omega_0 / (S/2)) / P."""
    start, n_pathways = share * 2.0, 40
    exact = math.log((2.0 - start) / 1.0) / n_pathways
    fixed = {"depth": 1, "n_pathways": n_pathways, "layer_start": start / n_pathways}
    found = [
        simulated(step=step, duration=0.32, **fixed)["half_learning_time"]
        for step in (0.02, 0.01, 0.005)
    ]
    errors = np.abs(np.array(found) - exact)
    assert errors[0] > 1.5 * errors[1] > 2.2 * errors[2]


def test_a_start_strength_is_that_of_an_even_pathway():
    """p0 is the first layer of a pathway of that strength; imbalance multiplies it."""
    fixed = {"start_strength": 0.2, "depth": 3, "n_records": 2, "duration": 1.0}
    even = simulated(**fixed)["mode_strength"][..., 0]
    np.testing.assert_allclose(even, 0.2, rtol=1e-12)
    uneven = simulated(start_imbalance=0.1, **fixed)["mode_strength"][..., 0]
    np.testing.assert_allclose(np.ravel(uneven), [0.2 * 1.1**3, 0.2 * 0.9**3], rtol=1e-12)


def test_half_learning_time():
    assert simulated(layer_start=1.2)["half_learning_time"] == 0.0
    assert math.isnan(simulated(duration=0.1)["half_learning_time"])
    fixed = {
        "n_pathways": 1,
        "depth": 2,
        "start_strength": 0.1,
        "singular_value": 1.0,
        "duration": 8.0,
    }
    exact = math.log(9.0) / 2.0
    assert simulated(integrator="flow", **fixed)["half_learning_time"] == pytest.approx(
        exact, abs=1e-9
    )
    errors = [simulated(step=h, **fixed)["half_learning_time"] - exact for h in (0.02, 0.01)]
    assert 1.9 < errors[0] / errors[1] < 2.1


# ---- invariances
# -----------------------------------------------------------------------------------------------

layer = st.floats(0.05, 1.2)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(layer, min_size=3, max_size=3), min_size=2, max_size=2), st.floats(0.0, 1.0)
)
def test_flow_keeps_layers_balanced(layers, length):
    end = simulated(
        layer_starts=layers,
        deficit_length=length,
        deficit_start=0.1,
        duration=20.0,
        integrator="flow",
        depth=3,
    )
    assert end["balance_drift"] < 1e-11


def test_descent_loses_balance_in_first_order():
    fixed = {"layer_starts": ((0.1, 0.4, 0.9), (0.2, 0.6, 0.3)), "duration": 10.0}
    drift = [simulated(step=h, **fixed)["balance_drift"] for h in (0.04, 0.02, 0.01)]
    assert all(1.8 < a / b < 2.2 for a, b in pairwise(drift))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(0.05, 0.6), min_size=2, max_size=2),
    st.sampled_from(["gradient_descent", "reduced_euler", "flow"]),
    st.sampled_from([0.0, 0.5]),
    st.integers(1, 6),
)
def test_swapped_pathways_swap_results_bitwise(first, kind, offset, depth):
    def end(p, pathway):
        layers = [[v, *[math.sqrt(v * v + offset) if offset else v] * (depth - 1)] for v in p]
        fixed = {
            "depth": depth,
            "integrator": kind,
            "deficit_pathway": pathway,
            "deficit_length": 0.2,
        }
        return simulated(layer_starts=layers, duration=3.0, **fixed)

    one, other = end(first, 1), end(first[::-1], 0)
    np.testing.assert_array_equal(one["final_strength"], other["final_strength"][::-1])
    np.testing.assert_array_equal(one["half_learning_time"], other["half_learning_time"])


@settings(max_examples=25, deadline=None)
@given(st.floats(0.5, 2.0), st.integers(1, 5), st.floats(0.0, 0.4))
def test_units_of_strength(scale, depth, length):
    """a -> r a, S -> r^D S, t -> r^(2-2D) t leaves the flow as it is."""
    fixed = {"depth": depth, "integrator": "flow"}
    one = simulated(deficit_length=length, duration=5.0, layer_start=0.4, **fixed)
    slower = scale ** (2 - 2 * depth)
    times = {"deficit_length": length * slower, "duration": 5.0 * slower}
    other = simulated(layer_start=0.4 * scale, singular_value=2.0 * scale**depth, **times, **fixed)
    np.testing.assert_allclose(other["final_share"], one["final_share"], rtol=1e-9)


@pytest.mark.parametrize("kind", ["gradient_descent", "reduced_euler", "flow"])
def test_equal_pathways_stay_equal(kind):
    end = simulated(n_pathways=5, depth=4, duration=500.0, integrator=kind)["final_strength"]
    assert len(set(end.tolist())) == 1


def test_distance_moves_only_in_deficits():
    """x_0 - x_p ends at the integral of Omega over the deficit; Euler's leakage halves with the
    step.
    """
    fixed = {"depth": 3, "deficit_start": 0.2, "deficit_length": 0.3, "duration": 8.0}
    assert abs(simulated(integrator="flow", **fixed)["invariant_drift"][1]) < 1e-11
    drift = [simulated(step=h, **fixed)["invariant_drift"][1] for h in (0.01, 0.005, 0.0025)]
    assert all(1.8 < a / b < 2.2 for a, b in pairwise(drift))


# ---- rows, failures, refusals
# ----------------------------------------------------------------------------------


def test_rows_do_not_depend_on_their_company():
    fixed = {"start_noise": 0.02, "deficit_length": 0.2, "n_records": 3}
    kinds = np.array(["flow", "gradient_descent", "reduced_euler", "flow"])
    batch = Batch(
        MODES, {"integrator": kinds, "depth": np.array([2, 3, 4, 5])}, fixed, np.arange(4), 7
    )
    together = MODES.load("simulate")(batch)
    for i in range(4):
        alone = MODES.load("simulate")(batch.take(np.array([i])))
        for name, values in alone.items():
            np.testing.assert_array_equal(values[0], together[name][i], err_msg=name)


def test_a_layer_of_a_strength_does_not_wait_for_others():
    """It moved on while a row beside it had not arrived: 1 in 12 had another last bit."""
    rng, n = np.random.default_rng(0), 300
    strength, offset = rng.uniform(1e-6, 2.0, n), 10.0 ** rng.uniform(-6.0, 1.0, n)
    depth = rng.integers(1, 9, n)
    together = first_layer_of(strength, offset, depth)
    cuts = (np.split(values, n) for values in (strength, offset, depth))
    alone = [first_layer_of(*row) for row in zip(*cuts, strict=True)]
    np.testing.assert_array_equal(np.concatenate(alone), together)


@pytest.mark.parametrize("offset", [0.0, 0.4])
@pytest.mark.parametrize("kind", ["gradient_descent", "reduced_euler"])
@pytest.mark.parametrize("n_records", [0, 4])
def test_rows_side_by_side_are_rows_alone(kind, offset, n_records):
    """More rows than lanes, of all depths and lengths: some settle early, some diverge."""
    n, rng = LANES + 20, np.random.default_rng(0)
    columns = {
        "depth": rng.integers(1, 13, n),
        "layer_start": rng.uniform(0.1, 0.9, n),
        "duration": rng.choice([0.5, 5.0, 40.0, 400.0], n),
        "step": rng.choice([0.01, 0.1, 0.9], n, p=[0.5, 0.3, 0.2]),
        "deficit_start": rng.uniform(0.0, 5.0, n),
        "deficit_length": rng.uniform(0.0, 2.0, n),
    }
    fixed = {"integrator": kind, "layer_offset": offset, "n_records": n_records}
    fixed |= {"lesions": (2,), "n_pathways": 3, "windows": ((0, 0.3, 0.7),), "allow_unstable": True}
    batch = Batch(MODES, columns, fixed, np.zeros(n, int), 0)
    together = MODES.load("simulate")(batch)
    assert 5 < np.count_nonzero(together["status"]) < n // 2
    for i in range(n):
        alone = MODES.load("simulate")(batch.take(np.array([i])))
        for name, values in alone.items():
            np.testing.assert_array_equal(values[0], together[name][i], err_msg=name)


def test_what_a_settled_row_leaves_out_would_have_repeated():
    """At depth 4 rounding leaves a pair of states; beside a plateau nothing is left out."""
    columns = {"layer_start": np.array([0.3, 0.004]), "duration": np.array([2999.97, 3000.0])}
    fixed = {"depth": 4, "step": 0.01, "deficit_start": 0.3, "deficit_length": 0.5}
    batch = Batch(MODES, columns, fixed, np.zeros(2, int), 0)
    together = MODES.load("simulate")(batch)
    assert np.isnan(together["half_learning_time"][1])
    alone = MODES.load("simulate")(batch.take(np.array([0])))
    for name, values in alone.items():
        np.testing.assert_array_equal(values[0], together[name][0], err_msg=name)


def test_kernels_run_as_plain_python():
    from toysim.models.deep_linear import coordinate
    from toysim.models.deep_linear.clock import layer, pace, panels, paths, phase, solution
    from toysim.models.deep_linear.modes import (
        cuts,
        euler,
        events,
        flow,
        lanes,
        simulation,
        theory,
    )

    modules = (coordinate, layer, pace, panels, paths, phase, solution, euler, flow, simulation)
    modules += (cuts, events, lanes)
    fixed = {
        "depth": 3,
        "deficit_length": 0.05,
        "duration": 0.2,
        "n_records": 3,
        "layer_offset": 0.2,
    }
    with pytest.MonkeyPatch.context() as patch:
        compiled = {
            k: simulated(integrator=k, **fixed)
            for k in ("gradient_descent", "reduced_euler", "flow")
        }
        predicted = theory.predict(Batch(MODES, {}, fixed, np.arange(1), 0))
        for module in modules:
            for name, value in vars(module).items():
                if hasattr(value, "py_func"):
                    patch.setattr(module, name, value.py_func)
        plain = {k: simulated(integrator=k, **fixed) for k in compiled}
        again = theory.predict(Batch(MODES, {}, fixed, np.arange(1), 0))
    for kind, rows in compiled.items():
        for name, values in rows.items():
            np.testing.assert_allclose(
                plain[kind][name], values, rtol=1e-12, atol=1e-14, err_msg=name
            )
    np.testing.assert_allclose(again["final_strength"], predicted["final_strength"], rtol=1e-12)


def test_divergence_and_spent_budget_are_recorded():
    end = simulated(step=3.0, duration=300.0, allow_unstable=True, depth=4, layer_start=0.9)
    assert end["status"] == 1
    assert 0 < end["status_step"] <= 100
    assert np.isnan(end["final_strength"]).all()
    spent = simulated(integrator="flow", max_evaluations=100)
    assert spent["status"] == 2
    assert np.isnan(spent["final_residual"])


@pytest.mark.parametrize(
    ("values", "mend"),
    [
        ({"layer_starts": ((0.1, 0.2),)}, "give 2 rows"),
        ({"deficit_length": 1.0, "deficit_pathway": 2}, "give 0..1"),
        ({"lesions": (3,)}, "give pathways in 0..1"),
        ({"windows": ((0, 2.0, 1.0),)}, "start <= stop"),
        ({"step": 1.0}, "lower it below"),
        ({"depth": 1, "n_pathways": 300, "step": 0.01}, "lower it below 0.00667"),
        ({"duration": 0.001}, "change duration or step"),
        ({"duration": 1e9}, "change duration or step"),
        (
            {"integrator": "reduced_euler", "layer_starts": ((0.1, 0.2, 0.3),) * 2},
            "gradient_descent",
        ),
    ],
)
def test_refusals_say_the_mend(values, mend):
    with pytest.raises(ToysimError, match=mend):
        MODES.validate(values)


def test_unstable_step_is_refused_at_the_threshold():
    threshold = 2.0 / (4 * 3.0**1.5)
    fixed = {"depth": 4, "singular_value": 3.0}
    MODES.validate({**fixed, "step": 0.999 * threshold})
    with pytest.raises(ToysimError, match="unstable"):
        MODES.validate({**fixed, "step": 1.001 * threshold})
    MODES.validate({**fixed, "step": 1.001 * threshold, "integrator": "flow"})


def test_a_million_updates_are_quick():
    """Six panels of a million updates; the bound is ten times what a quiet core needs, for loaded
    machines.
    """
    fixed = {"singular_value": 10.0, "layer_start": 0.005, "duration": 10_000.0}
    simulated(depth=2, **fixed)
    began = time.perf_counter()
    for depth in (2, 3, 4):
        simulated(depth=depth, deficit_length=0.04, **fixed)
        simulated(depth=depth, deficit_start=5000.0, deficit_length=100.0, **fixed)
    assert time.perf_counter() - began < 1.0


def test_a_part_of_an_update_may_fail():
    """The only update of this run is cut short by its end."""
    rows = simulated(layer_start=1e60, duration=0.0092, n_records=2, allow_unstable=True)
    assert rows["status"] == Status.DIVERGED
    assert rows["status_step"] == 1
    assert np.isnan(rows["final_strength"]).all()


def test_flow_against_another_integrator():
    first, windows = [0.25, 0.35, 0.3], [(1, 0.2, 0.6), (2, 0.0, 0.3)]
    for depth, c in ((2, 0.0), (3, 0.0), (4, 0.7)):
        times = np.linspace(0, 6, 13)
        layers = [[p, *[math.sqrt(p * p + c) if c else p] * (depth - 1)] for p in first]
        c_used = [layers[j][1] ** 2 - p * p for j, p in enumerate(first)]
        ours = simulated(
            n_pathways=3,
            depth=depth,
            layer_starts=layers,
            windows=windows,
            duration=6.0,
            n_records=13,
            integrator="flow",
        )
        theirs = flow(first, np.array(c_used), depth, 2.0, windows, times)
        np.testing.assert_allclose(ours["mode_strength"], theirs, atol=1e-9)
