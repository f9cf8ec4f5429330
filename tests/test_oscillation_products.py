"""Losses of products: the scalar factorised losses, the catapult and the diagonal linear
network.
"""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.oscillation import PRODUCT_LOSSES, descend_xy, diagonal_descent, hessian_xy

from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.oscillation import CATAPULT, DIAGONAL_LINEAR, SCALAR_FACTORISED
from toysim.models.oscillation.catapult.problem import in_rows
from toysim.models.oscillation.catapult.simulation import descend
from toysim.models.oscillation.diagonal_linear.problem import task_of
from toysim.models.oscillation.factorised import LARGEST_GROWTH, followed
from toysim.models.oscillation.lanes import LANES
from toysim.models.oscillation.product_losses import (
    KINDS,
    SQUARE,
    bend_of,
    loss_of,
    slope_of,
)
from toysim.models.oscillation.scalar_factorised.measures import sharpness_of
from toysim.models.oscillation.scalar_factorised.theory import logistic_edge_share


def batch(model, columns=None, n=1, seed=0, **fixed):
    columns = {name: np.array(values) for name, values in (columns or {}).items()}
    n = len(next(iter(columns.values()))) if columns else n
    model.validate(fixed)
    return Batch(model, columns, fixed, np.arange(n), seed)


def both(model, columns=None, **fixed):
    rows = batch(model, columns, **fixed)
    return model.load("simulate")(rows), model.load("theory")(rows)


# ---- scalar factorised losses
# ----------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(KINDS)), st.floats(-2.5, 2.5), st.floats(-2.5, 2.5))
def test_losses_slopes_and_sharpness_are_those_of_the_formula(kind, x, y):
    loss, k, h = PRODUCT_LOSSES[kind], KINDS[kind], 1e-4
    p = x * y
    assert loss_of(k, p) == pytest.approx(loss(p), rel=1e-12, abs=1e-14)
    assert slope_of(k, p) == pytest.approx(
        (loss(p + h) - loss(p - h)) / (2 * h), rel=1e-5, abs=1e-6
    )
    assert bend_of(k, p, slope_of(k, p)) == pytest.approx(
        (loss(p + h) - 2 * loss(p) + loss(p - h)) / h**2, rel=1e-5, abs=1e-5
    )
    top = np.linalg.eigvalsh(hessian_xy(loss, x, y))[-1]
    assert sharpness_of(k, p, x * x + y * y, x * x - y * y) == pytest.approx(
        top, rel=1e-4, abs=1e-4
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_descent_is_that_of_numerical_gradients(kind):
    start = {"x_start": 0.4, "y_start": 1.7}
    ours, _ = both(SCALAR_FACTORISED, loss_kind=kind, learning_rate=0.15, n_steps=30, **start)
    x, y = descend_xy(PRODUCT_LOSSES[kind], 0.4, 1.7, 0.15, 30)
    assert ours["final_product"][0] == pytest.approx(x * y, rel=1e-6)
    assert ours["final_imbalance"][0] == pytest.approx(x * x - y * y, rel=1e-6)


def test_quadratic_loss_settles_well_below_the_edge():
    rates = [0.2, 0.33, 0.36, 0.4, 0.5, 0.6]
    ours, exact = both(SCALAR_FACTORISED, {"learning_rate": rates})
    np.testing.assert_allclose(
        ours["final_sharpness"][:5],
        [6.409480, 4.795163, 3.834532, 2.691138, 2.451953],
        atol=0.51e-6,
    )
    assert (ours["edge_share"][:5] < 0.8).all()
    assert exact["flow_sharpness"][0] == pytest.approx(6.55268, abs=0.51e-5)
    assert ours["status"].tolist() == [0, 0, 0, 0, 0, 1]
    assert 0 < ours["status_step"][5] < 1000
    assert not exact["valid"][5]


def test_quartic_loss_settles_just_below_the_edge():
    shares = {1.05: 0.99273, 1.1: 0.99667, 1.2: 0.99613, 1.4: 0.99499}
    rates = [2 * k / 17.9513 for k in shares]
    ours, exact = both(
        SCALAR_FACTORISED,
        {"learning_rate": rates},
        loss_kind="quartic",
        x_start=0.5,
        y_start=3.0,
        n_steps=200_000,
    )
    np.testing.assert_allclose(ours["edge_share"], list(shares.values()), atol=0.51e-5)
    np.testing.assert_allclose(exact["flow_sharpness"], 17.9513, atol=0.51e-4)
    narrow, _ = both(
        SCALAR_FACTORISED,
        {"learning_rate": [0.17, 0.2]},
        loss_kind="quartic",
        x_start=0.8,
        y_start=2.5,
        n_steps=2000,
    )
    assert (narrow["status"] == 1).all()


def test_logistic_loss_settles_at_the_edge_whatever_the_start():
    rates = [0.06, 0.08, 0.1]
    fixed = {"loss_kind": "logistic", "x_start": 0.5, "n_steps": 200_000}
    ours, _ = both(SCALAR_FACTORISED, {"learning_rate": rates}, y_start=12.0, **fixed)
    np.testing.assert_allclose(ours["edge_share"], [0.9993248, 0.9987994, 0.9981236], atol=0.51e-7)
    other, _ = both(SCALAR_FACTORISED, {"learning_rate": rates[1:2]}, y_start=14.0, **fixed)
    assert other["edge_share"][0] == pytest.approx(ours["edge_share"][1], rel=1e-12)
    off = [
        share - logistic_edge_share(eta)
        for share, eta in zip(ours["edge_share"], rates, strict=True)
    ]
    assert (
        0.8 * (10 / 6) ** 4 < off[2] / off[0] < 1.2 * (10 / 6) ** 4
    )  # what is left is of fourth order
    below, exact = both(SCALAR_FACTORISED, {"learning_rate": [0.04]}, y_start=12.0, **fixed)
    assert below["final_sharpness"][0] == pytest.approx(exact["flow_sharpness"][0], rel=2e-3)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_small_steps_end_where_the_flow_does(kind):
    """In first order of the step."""
    columns = {"learning_rate": [0.02, 0.01], "n_steps": [20_000, 40_000]}
    ours, exact = both(SCALAR_FACTORISED, columns, loss_kind=kind, x_start=0.5, y_start=1.7)
    off = ours["final_sharpness"] - exact["flow_sharpness"]
    assert 1.8 < off[0] / off[1] < 2.2


def test_chaos_is_outside_validity():
    """Growing oscillations that do not end: no digits are left, and the theory says so."""
    _, exact = both(SCALAR_FACTORISED, {"learning_rate": [0.33, 0.6]}, n_steps=2000)
    assert exact["rounding_growth"][0] < LARGEST_GROWTH < exact["rounding_growth"][1]


@pytest.mark.parametrize("side", ["simulate", "theory"])
def test_rows_side_by_side_have_the_bits_of_one_alone(side):
    """More than a group of them: every loss, lengths from none to all, some that diverge."""
    n = 2 * LANES + 5
    rng = np.random.default_rng(0)
    columns = {
        "loss_kind": rng.choice(sorted(KINDS), n),
        "learning_rate": rng.uniform(0.05, 0.7, n),
        "n_steps": rng.integers(1, 400, n),
    }
    rows = batch(SCALAR_FACTORISED, columns, n_records=4, y_start=3.0)
    whole = SCALAR_FACTORISED.load(side)(rows)
    if side == "simulate":
        assert 10 < np.sum(whole["status"] == 1) < n - 10
        assert (whole["status_step"] <= columns["n_steps"]).all()
    for i in range(0, n, 7):
        alone = SCALAR_FACTORISED.load(side)(rows.take(np.array([i])))
        for name, values in alone.items():
            np.testing.assert_array_equal(values[0], whole[name][i], err_msg=f"{name}, row {i}")


def test_rounding_does_not_grow_where_a_row_has_ended():
    """Tiny rates beside a row of twice the length; the unit of their error went on changing."""
    steps, kernel = np.array([100, 4000]), np.array([1.8e-5, 1.9e-5])
    rows = batch(CATAPULT, {"n_steps": steps, "start_eta_kernel": kernel}, width=194)
    growth = CATAPULT.load("theory")(rows)["rounding_growth"]
    for i in range(2):
        alone = CATAPULT.load("theory")(rows.take(np.array([i])))["rounding_growth"]
        assert alone[0] == growth[i]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("model", [SCALAR_FACTORISED, CATAPULT, DIAGONAL_LINEAR])
def test_divergence_warns_of_nothing(model):
    axis = "start_eta_kernel" if model is CATAPULT else "learning_rate"
    both(model, {axis: [0.3, 4.0, 1e3]}, n_steps=300, n_records=3)


def test_growth_is_that_of_a_twin():
    """Started 1e-7 away: the parting's largest rise over its least is the growth, e and more."""
    steps = np.arange(301)[None]
    for kind, eta in (("quadratic", 0.36), ("quartic", 0.156)):
        x, y = (0.1, 2.5) if kind == "quadratic" else (0.5, 3.0)
        start = np.array([[x * y], [x * x + y * y], [x * x - y * y]])
        twin = start + np.array([[1e-7], [0.0], [0.0]])
        args = (np.array([KINDS[kind]]), np.array([eta]), steps)
        (course, _, growth), (other, *_) = followed(start, *args), followed(twin, *args)
        apart = np.log(np.hypot(*(other - course)[:2, 0]))
        rise = np.max(apart - np.minimum.accumulate(apart))
        assert 1.0 < growth[0] == pytest.approx(rise, abs=1e-3)


# ---- catapult
# --------------------------------------------------------------------------------------------------

# eta lambda_0: peak loss, final eta lambda; n = 1000, f_0 = 1.8698, lambda_0 = 2.0024; from a
# prototype
CATAPULTS = {
    1.9: (1.75, 1.8693),
    2.05: (2.36, 1.8970),
    2.5: (52.9, 1.2698),
    3.0: (185, 0.189),
    3.5: (274, 0.520),
    3.9: (466, 1.144),
    3.98: (495, 0.192),
}


def weights(f, kernel, n):
    """Constant vectors with output f and kernel ``kernel``: a b = f/sqrt(n), a^2 + b^2 = kernel."""
    ab = f / math.sqrt(n)
    total, apart = math.sqrt(kernel + 2 * ab), math.sqrt(kernel - 2 * ab)
    return np.full(n, 0.5 * (total + apart)), np.full(n, 0.5 * (total - apart))


@pytest.mark.parametrize("eta_kernel", CATAPULTS)
def test_catapults_of_the_prototype(eta_kernel):
    """By all weights and by the recursion; the prototype's start and numbers are given to three or
    four digits.
    """
    peak, end = CATAPULTS[eta_kernel]
    f, kernel, n = 1.8698, 2.0024, 1000
    at, eta = np.array([4000]), eta_kernel / kernel
    output, eta_kernel = np.empty((2, 1))
    u, v = in_rows(np.array(weights(f, kernel, n)))
    failed_at, largest = descend(n, u, v, eta, at, output, eta_kernel)
    start = np.array([[f / math.sqrt(n)], [kernel], [0.0]])
    (p, s, _), largest_p, growth = followed(start, np.array([SQUARE]), np.array([eta]), at[None])
    assert failed_at == -1
    assert growth < LARGEST_GROWTH
    exact = (p[0, 0] * math.sqrt(n), eta * s[0, 0], largest_p[0] * math.sqrt(n))
    for run in ((output[0], eta_kernel[0], largest), exact):
        assert abs(run[0]) < 1e-6
        assert run[1] == pytest.approx(end, rel=3e-3)
        assert 0.5 * run[2] ** 2 == pytest.approx(peak, rel=3e-3)
    assert exact[1] == pytest.approx(eta_kernel[0], rel=1e-10)


def test_above_four_it_diverges():
    ours, exact = both(CATAPULT, {"start_eta_kernel": [3.5, 4.1, 6.0]}, seed=3)
    assert ours["status"].tolist() == [0, 1, 1]
    assert (ours["status_step"][1:] > 0).all()
    assert exact["valid"].tolist() == [True, False, False]


def test_catapult_flattens_and_lazy_does_not():
    ours, _ = both(CATAPULT, {"start_eta_kernel": [1.0, 1.9, 2.3, 3.0]}, width=2000, n_steps=3000)
    start = np.array([1.0, 1.9, 2.3, 3.0])
    assert (np.abs(ours["final_eta_kernel"][:2] / start[:2] - 1) < 0.02).all()
    assert (ours["final_eta_kernel"][2:] < 2).all()
    assert (ours["peak_loss"][2:] > 0.01 * 2000).all()


@pytest.mark.parametrize(("output", "kernel"), [(0.3, 1.7), (-4.0, 1.0), (0.0, 2.5)])
def test_catapult_from_a_given_output_and_kernel(output, kernel):
    """Also where u = -v; then by the recursion written out."""
    fixed = {"width": 64, "start_eta_kernel": 2.5, "start": (output, kernel), "n_steps": 6}
    eta, course = 2.5 / kernel, [(output, kernel)]
    for _ in range(6):
        f, k = course[-1]
        course.append((f * (1 - eta * k + eta**2 * f**2 / 64), k + eta * f**2 / 64 * (eta * k - 4)))
    for run in both(CATAPULT, n_records=7, **fixed):
        f, k = np.array(course).T
        np.testing.assert_allclose(run["output"][0], f, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(run["eta_kernel"][0], eta * k, rtol=1e-10)


# ---- diagonal linear network
# -----------------------------------------------------------------------------------


@pytest.mark.parametrize("descent", ["stochastic", "full"])
def test_network_is_descent_on_its_weights(descent):
    rows = batch(
        DIAGONAL_LINEAR,
        descent=descent,
        n_steps=400,
        n_samples=6,
        n_features=9,
        learning_rate=0.03,
        seed=4,
    )
    ours = DIAGONAL_LINEAR.load("simulate")(rows)
    task = task_of(next(rows.rows()))
    order = [None] * 400 if descent == "full" else task.order
    np.testing.assert_allclose(
        ours["solution"][0], diagonal_descent(task.X, task.y, 0.3, 0.03, order), rtol=1e-11
    )
    np.testing.assert_allclose(task.y, task.X[:, 0] + task.X[:, 1] + task.X[:, 2])


def test_large_steps_have_opposite_effects():
    """Paired over the same data: SGD's l1 norm falls with the step, full-batch descent's rises."""
    n = 20
    replica = np.tile(np.arange(n), 3)

    def l1(descent, rates, n_steps):
        columns = {"learning_rate": np.repeat(rates, n)}
        rows = Batch(DIAGONAL_LINEAR, columns, {"descent": descent, "n_steps": n_steps}, replica, 0)
        ours = DIAGONAL_LINEAR.load("simulate")(rows)
        assert (ours["final_loss"] < 1e-6).all()
        return ours["final_l1_norm"].reshape(3, n)

    stochastic, full = (
        l1("stochastic", [0.015, 0.03, 0.05], 20_000),
        l1("full", [0.02, 0.15, 0.4], 10_000),
    )
    for change, sign in ((np.diff(stochastic, axis=0), -1), (np.diff(full, axis=0), 1)):
        mean, error = change.mean(axis=1), change.std(axis=1, ddof=1) / math.sqrt(n)
        assert (sign * mean > 3 * error).all()


def test_sign_turns_are_outside_validity_and_divergence_a_result():
    ours, exact = both(DIAGONAL_LINEAR, {"learning_rate": [0.05, 3.0]}, n_steps=500)
    assert exact["valid"].tolist() == [True, False]
    assert ours["status"].tolist() == [0, 1]
    assert ours["status_step"][1] > 0


@pytest.mark.parametrize("descent", ["cyclic", "full"])
def test_data_handed_in_are_learned_in_turn(descent):
    X, y = np.array([[1.0, -0.5, 0.3], [0.2, 0.8, -1.0]]), np.array([0.7, -0.4])
    fixed = {"n_samples": 2, "n_features": 3, "inputs": X, "labels": y, "n_steps": 25}
    ours, exact = both(DIAGONAL_LINEAR, descent=descent, learning_rate=0.2, **fixed)
    order = [None if descent == "full" else t % 2 for t in range(25)]
    solution = diagonal_descent(X, y, 0.3, 0.2, order)
    for run in (ours, exact):
        np.testing.assert_allclose(run["solution"][0], solution, rtol=1e-12)
    assert exact["valid"].all()


def test_data_not_handed_in_are_drawn_as_before():
    """Seed 7, before there were lists (x86-64)."""
    fixed = {"n_steps": 50, "n_features": 8}
    run = DIAGONAL_LINEAR.load("simulate")(batch(DIAGONAL_LINEAR, seed=7, **fixed))
    assert run["final_l1_norm"][0] == pytest.approx(0.3997921986445059, rel=1e-13)
    run = CATAPULT.load("simulate")(batch(CATAPULT, seed=7, width=50, n_steps=20))
    assert run["final_output"][0] == pytest.approx(0.0010739826792057197, rel=1e-11)


def test_chaotic_descent_is_outside_validity_and_the_rest_agrees():
    """Full-batch descent from a small scale at the edge of stability: bursts that multiply
    rounding.
    """
    fixed = {"descent": "full", "n_samples": 10, "n_features": 20, "n_steps": 3000, "scale": 0.0013}
    ours, exact = both(DIAGONAL_LINEAR, {"learning_rate": np.linspace(0.5, 0.75, 60)}, **fixed)
    finished, valid = ours["status"] == 0, exact["valid"]
    unturned = np.isfinite(exact["final_loss"])
    assert (finished & unturned & ~valid).any()
    assert valid.sum() > 10
    np.testing.assert_allclose(
        ours["solution"][valid], exact["solution"][valid], rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize(
    ("model", "values", "says"),
    [
        (SCALAR_FACTORISED, {"learning_rate": 0.0}, "learning_rate = 0.0"),
        (SCALAR_FACTORISED, {"loss_kind": "cubic"}, "quadratic, quartic, logistic"),
        (SCALAR_FACTORISED, {"x_start": math.inf}, "x_start"),
        (SCALAR_FACTORISED, {"n_steps": 0}, "n_steps = 0"),
        (CATAPULT, {"width": 0}, "width = 0"),
        (CATAPULT, {"start_eta_kernel": -1.0}, "start_eta_kernel"),
        (CATAPULT, {"n_records": -1}, "n_records"),
        (DIAGONAL_LINEAR, {"n_nonzero": 41}, "exceeds n_features = 40"),
        (
            DIAGONAL_LINEAR,
            {"n_samples": 100_000, "n_features": 1000},
            "1e+08 data; keep it to 1e+07",
        ),
        (DIAGONAL_LINEAR, {"scale": 0.0}, "scale = 0.0"),
        (DIAGONAL_LINEAR, {"descent": "adam"}, "stochastic, cyclic, full"),
        (DIAGONAL_LINEAR, {"inputs": ((1.0,),)}, "give 20 rows (n_samples) of 40 (n_features)"),
        (DIAGONAL_LINEAR, {"labels": (1.0, 2.0)}, "labels has 2 values; give n_samples = 20"),
        (CATAPULT, {"start": (1.0,)}, "give two, output and kernel"),
        (CATAPULT, {"start": (60.0, 2.0), "width": 100}, "no weights have output 60 and kernel 2"),
    ],
)
def test_bad_input_is_one_line(model, values, says):
    with pytest.raises(ToysimError) as caught:
        model.validate(values)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
