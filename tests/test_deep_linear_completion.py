"""Deep matrix completion: against plain NumPy, shared and separate switch times, the flow, exact
cases, refusals.
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from reference import completion as twin

from toysim.batch import Batch
from toysim.checking.probe import Word, probe
from toysim.errors import ToysimError
from toysim.models.deep_linear import COMPLETION
from toysim.models.deep_linear.completion import measures
from toysim.models.deep_linear.completion.flow import Flow, velocity
from toysim.models.deep_linear.completion.problem import problem_of
from toysim.models.deep_linear.stability import sharpness_bound

SMALL = {
    "size": 8,
    "rank": 2,
    "rank_before": 3,
    "n_observed": 38,
    "n_observed_before": 20,
    "start_scale": 0.1,
    "switch_times": (0.0, 4.0, 10.0),
    "duration_after": 12.0,
    "step": 0.2,
    "n_records": 12,  # every 10 updates
}


def batch(n=1, seed=0, columns=None, **values):
    COMPLETION.validate({**SMALL, **values})
    return Batch(COMPLETION, columns or {}, {**SMALL, **values}, np.arange(n), seed)


def given(**values):
    """Data and layers of one row."""
    return problem_of(next(batch(**values).rows()))


def run(side="simulate", **values):
    """Observables of one row."""
    return {name: rows[0] for name, rows in COMPLETION.load(side)(batch(**values)).items()}


# ---- gradient descent
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 4])
@pytest.mark.parametrize("deficit", ["task_switch", "subset", "block_diagonal", "none"])
def test_descent_is_the_equations(depth, deficit):
    """Courses before and after every switch, and the end, against plain NumPy."""
    values = {"depth": depth, "deficit": deficit, "start": "gaussian", "n_singular_values": 8}
    found, p = run(**values), given(**values)
    for k, (n_before, switch) in enumerate(zip((0, 20, 50), SMALL["switch_times"], strict=True)):
        phases = (*p.before[:2], n_before), (*p.after[:2], 60)
        course = list(twin.descend(p.layers, phases, 0.2))
        for r, time in enumerate(p.record_at):
            n = round(time / 0.2)
            if n > n_before + 60:
                assert np.isnan(found["test_loss"][k, r])
                continue
            data, W = p.before if time <= switch else p.after, twin.end_to_end(course[n])
            expected = np.mean((W - data.target) ** 2), twin.loss(course[n], data.target, data.mask)
            np.testing.assert_allclose(found["test_loss"][k, r], expected[0], rtol=1e-11)
            np.testing.assert_allclose(found["train_loss"][k, r], expected[1], rtol=1e-11)
            spectrum = np.linalg.svd(W, compute_uv=False)
            np.testing.assert_allclose(
                found["singular_values"][k, :, r], spectrum, rtol=1e-11, atol=1e-13
            )
        end, at_switch = course[-1], twin.end_to_end(course[n_before])
        W, kernel = twin.end_to_end(end), twin.hessian(end, p.after.mask)
        q = np.linalg.svd(W, compute_uv=False)
        q = q / q.sum()
        drift = (
            [b.T @ b - a @ a.T for a, b in pairwise(end)],
            [b.T @ b - a @ a.T for a, b in pairwise(p.layers)],
        )
        expected = {
            "test_loss_at_switch": np.mean((at_switch - p.before.target) ** 2),
            "final_test_loss": np.mean((W - p.after.target) ** 2),
            "final_train_loss": twin.loss(end, p.after.target, p.after.mask),
            "effective_rank": math.exp(-np.sum(q * np.log(q))),
            "balance_drift": np.max(np.abs(np.array(drift[0]) - np.array(drift[1])), initial=0.0),
            "sharpness": np.linalg.eigvalsh(kernel)[-1],
        }
        for name, value in expected.items():
            np.testing.assert_allclose(
                found[name][k], value, rtol=1e-8 if name == "sharpness" else 1e-11, err_msg=name
            )
    relative = found["final_test_loss"][0] - found["final_test_loss"]
    np.testing.assert_array_equal(found["relative_test_loss"], relative)
    np.testing.assert_allclose(found["eta_sharpness"], 0.2 * found["sharpness"], rtol=1e-15)


def test_the_twin_descends_the_loss():
    """Finite differences of the loss, so that the equations themselves are checked."""
    p = given(depth=3, start="gaussian", start_scale=2.0)
    layers, h = list(p.layers), 1e-6
    slopes = twin.gradient(layers, *p.after[:2])
    for k, (i, j) in ((0, (1, 2)), (1, (7, 0)), (2, (3, 3))):
        value = []
        for sign in (1, -1):
            moved = [W.copy() for W in layers]
            moved[k][i, j] += sign * h
            value.append(twin.loss(moved, *p.after[:2]))
        assert slopes[k][i, j] == pytest.approx(
            (value[0] - value[1]) / (2 * h), rel=1e-6, abs=1e-12
        )


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("times", [SMALL["switch_times"], (0.03, 0.07, 3.9, 4.111)])
def test_one_trajectory_for_all_switch_times_is_separate_runs(precision, times):
    fixed = {"precision": precision, "n_records": 0, "duration_after": 12.05}
    shared = run(switch_times=times, **fixed)
    for k, switch in enumerate(times):
        alone = run(switch_times=(switch,), **fixed)
        for name in (
            "final_test_loss",
            "final_train_loss",
            "test_loss_at_switch",
            "effective_rank",
            "sharpness",
        ):
            assert alone[name][0] == shared[name][k], name


def test_recording_changes_nothing():
    few, many = run(n_records=2), run(n_records=111)  # every update
    np.testing.assert_array_equal(few["final_test_loss"], many["final_test_loss"])
    np.testing.assert_array_equal(run()["test_loss"], many["test_loss"][:, ::10])
    between, p = run(n_records=221), given()
    np.testing.assert_array_equal(between["test_loss"][:, ::2], many["test_loss"])
    phases = (*p.before[:2], 50), (*p.after[:2], 60)
    for n, layers in enumerate(list(twin.descend(p.layers, phases, 0.2))[:-1]):
        data = (p.before if n < 50 else p.after)[:2]
        ahead = twin.end_to_end(twin.part_of_update(layers, *data, 0.2, 0.5))
        loss = np.mean((ahead - data[0]) ** 2)
        assert between["test_loss"][2, 2 * n + 1] == pytest.approx(loss, rel=1e-12)
    np.testing.assert_array_equal(
        run(n_records=1)["test_loss"][:, 0], [np.nan, np.nan, many["test_loss"][2, -1]]
    )


def test_ends_between_updates_count_by_their_share():
    """Plain NumPy: whole updates, a share, and again on the other data."""
    found, p = run(switch_times=(1.13,), duration_after=2.29), given()
    layers = list(p.layers)
    for data, n, share in ((p.before, 5, 0.65), (p.after, 11, 0.45)):
        *_, layers = twin.descend(layers, [(*data[:2], n)], 0.2)
        layers = twin.part_of_update(layers, *data[:2], 0.2, share)
        loss = np.mean((twin.end_to_end(layers) - data.target) ** 2)
        name = "test_loss_at_switch" if data is p.before else "final_test_loss"
        assert found[name][0] == pytest.approx(loss, rel=1e-11)
    assert found["test_loss"][0, -1] == found["final_test_loss"][0]


@pytest.mark.parametrize("depth", [1, 3])
def test_the_error_is_smooth_in_the_step(depth):
    """Extrapolated, what is left falls by 4 a halving although no time is whole in steps."""
    fixed = {"depth": depth, "start": "identity", "switch_times": (3.2345,), "duration_after": 7.77}
    steps = 0.2 * 0.5 ** np.arange(6)
    runs = np.array([run(step=h, n_records=5, **fixed)["singular_values"] for h in steps])
    exact = run("theory", n_records=5, **fixed)["singular_values"]
    errors = np.nanmax(np.abs(2 * runs[1:] - runs[:-1] - exact), axis=(1, 2, 3))
    assert (np.abs(errors[:-1] / errors[1:] - 4) < 0.6).all(), errors


# both sides differed where a switch or an end is no whole number of steps
BETWEEN_UPDATES = [
    {"depth": 1, "deficit": "subset", "rank_before": 1, "duration_after": 53.18067704825864},
    {"depth": 1, "switch_times": (0.0, 0.0019857, 0.53388978, 2048.42119088488), "n_records": 1},
    {"depth": 1, "deficit": "block_diagonal", "duration_after": 0.7772184598491716},
    {"depth": 1, "deficit": "none", "start_scale": 1.2e-7, "duration_after": 57.96338241121727},
]


@pytest.mark.parametrize("values", BETWEEN_UPDATES)
def test_times_between_updates_agree_with_theory(values):
    assert probe(COMPLETION, values).word == Word.AGREES


def test_effective_rank_of_a_specimen():
    """Its right value from W = M + (W(0) - M) exp(-t/n), without the engine's flow."""
    values = {**BETWEEN_UPDATES[0], "n_records": 0, "switch_times": (0.0,)}
    runs = [Batch(COMPLETION, {}, {**values, "step": h}, np.arange(1), 0) for h in (0.2, 0.1)]
    p = problem_of(next(runs[0].rows()))
    left = np.where(p.after.mask, np.exp(-values["duration_after"] / 400), 1.0)
    W = np.where(p.after.mask, p.after.target * (1 - left), 0.0) + p.layers[0] * left
    q = np.linalg.svd(W, compute_uv=False)
    q /= q.sum()
    exact = np.exp(-np.sum(q * np.log(q)))
    coarse, fine = (COMPLETION.load("simulate")(b)["effective_rank"][0, 0] for b in runs)
    assert 2 * fine - coarse == pytest.approx(exact, abs=1e-6)
    assert COMPLETION.load("theory")(runs[0])["effective_rank"][0, 0] == pytest.approx(exact)


def test_single_precision_stays_close():
    fixed = {"start": "orthogonal", "depth": 3, "duration_after": 100.0}
    double, single = run(**fixed), run(precision="float32", **fixed)
    np.testing.assert_allclose(
        single["singular_values"], double["singular_values"], rtol=2e-5, atol=2e-5
    )


def test_depth_one_forgets_the_first_task():
    """At depth 1 an entry learns by itself: the switch reaches no entry that is not observed, and
    those keep their start, so from every switch time the end is the same but for exp(-T/n) of the
    observed entries' distance."""
    fixed = {
        "depth": 1,
        "start": "gaussian",
        "start_scale": 1.0,
        "duration_after": 1500.0,
        "step": 1.0,
    }
    found, p = run(**fixed, n_records=0), given(**fixed)
    unobserved = ~p.after.mask
    expected = np.sum((p.layers[0] - p.after.target)[unobserved] ** 2) / 64
    np.testing.assert_allclose(found["final_test_loss"], expected, rtol=1e-12)


def test_streams_are_the_rows_own():
    """The same targets, positions and start for every step, recording and switch time; nested with
    common numbers.
    """
    one = given()
    two = given(step=0.1, switch_times=(3.0,), n_records=3, precision="float32")
    for a, b in (
        (one.layers, two.layers),
        (one.after.target, two.after.target),
        (one.after.mask, two.after.mask),
    ):
        np.testing.assert_array_equal(a, b)
    assert np.linalg.norm(one.after.target) == pytest.approx(8.0)
    assert one.after.mask.sum() == 38
    few, more = (
        problem_of(next(Batch(COMPLETION, {}, {**SMALL, **v}, np.arange(1), 0, True).rows()))
        for v in ({"depth": 2, "n_observed": 38}, {"depth": 4, "n_observed": 50})
    )
    scale = 0.1 * math.sqrt(8)
    np.testing.assert_allclose(
        few.layers / scale ** (1 / 2), more.layers[:2] / scale ** (1 / 4), rtol=1e-14
    )
    assert (more.after.mask >= few.after.mask).all()


def test_layers_may_be_given():
    """The drawn layers handed in are the same run; targets stay the row's, by common numbers."""
    drawn = problem_of(next(Batch(COMPLETION, {}, SMALL, np.arange(1), 0, True).rows()))
    values = {**SMALL, "start_layers": tuple(map(tuple, drawn.layers.tolist()))}
    handed = Batch(COMPLETION, {}, values, np.arange(1), 0, True)
    for side in ("simulate", "theory"):
        expected = COMPLETION.load(side)(Batch(COMPLETION, {}, SMALL, np.arange(1), 0, True))
        for name, rows in COMPLETION.load(side)(handed).items():
            np.testing.assert_array_equal(rows, expected[name], err_msg=f"{side} {name}")


def test_given_layers_are_predicted_where_they_are_balanced():
    a, b = np.diag([0.5, 0.4, 0.3]), np.diag([0.5, -0.4, 0.3])
    fixed = {"size": 3, "rank": 1, "n_observed": 6, "n_singular_values": 1, "depth": 2}
    fixed |= {"deficit": "none", "switch_times": (0.0,), "duration_after": 5.0}
    for layers, valid in (((a, b), True), ((a, 1.001 * b), False)):
        values = {**fixed, "start_layers": tuple(W.tolist() for W in layers)}
        found = probe(COMPLETION, values)
        assert found.word == (Word.AGREES if valid else Word.NOT_VALID), found


def test_the_completed_matrix_is_kept_where_it_is_wanted():
    assert run()["completed"].shape == (3, 0, 0)
    found, data = run(keep_product=True, depth=2), given(depth=2).after
    theory = run("theory", keep_product=True, depth=2, step=0.1)
    for k in range(3):
        W = found["completed"][k]
        np.testing.assert_allclose(np.mean((W - data.target) ** 2), found["final_test_loss"][k])
        assert np.abs(W - theory["completed"][k]).max() < 0.02
    np.testing.assert_array_equal(found["test_loss"], run(depth=2)["test_loss"])


# ---- the flow
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [2, 3, 4])
@pytest.mark.parametrize("start", ["identity", "orthogonal"])
def test_descent_nears_the_flow_in_first_order(depth, start):
    fixed = {
        "depth": depth,
        "start": start,
        "switch_times": (24.0,),
        "duration_after": 36.0,
        "n_records": 16,
    }
    exact = run("theory", **fixed)["singular_values"]
    errors = [
        np.abs(run(step=step, **fixed)["singular_values"] - exact).max()
        for step in (0.2, 0.1, 0.05, 0.025)
    ]
    assert all(1.8 <= a / b <= 2.2 for a, b in pairwise(errors)), errors


def test_flow_of_the_product_is_the_flow_of_the_layers():
    """From balanced layers, both with SciPy; the model's tolerances hold what they promise."""
    from scipy.integrate import solve_ivp

    fixed = {
        "depth": 3,
        "start": "identity",
        "n_singular_values": 8,
        "switch_times": (6.0,),
        "n_records": 10,
    }
    p, found = given(**fixed), run("theory", **fixed)
    state, time, spectra = p.layers, 0.0, [np.full(8, 0.1)]
    for data, end in ((p.before, 6.0), (p.after, 18.0)):

        def slope(_, y, data=data):
            return -np.ravel(twin.gradient(list(y.reshape(3, 8, 8)), data.target, data.mask))

        at = p.record_at[(p.record_at > time) & (p.record_at <= end)]
        solved = solve_ivp(
            slope, (time, end), state.ravel(), "DOP853", t_eval=[*at], rtol=1e-12, atol=1e-14
        )
        assert at[-1] == end
        layers = np.moveaxis(solved.y, 1, 0).reshape(-1, 3, 8, 8)
        spectra += [np.linalg.svd(twin.end_to_end(W), compute_uv=False) for W in layers]
        state, time = layers[-1], end
    np.testing.assert_allclose(found["singular_values"][0], np.array(spectra).T, atol=1e-9)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_singular_values_follow_their_own_equation(depth):
    """Along the flow of the product, ds/dt by central differences against -D s^(2-2/D) u^T G v."""
    fixed = {"depth": depth, "start": "orthogonal", "start_scale": 0.3}
    p = given(**fixed)
    data, h = p.after, 1e-3
    flow = Flow(p.parameters, measures.product_of(p.layers))
    for time in (5.0, 20.0):
        spectra, products = {}, {}
        for offset in (-2, -1, 0, 1, 2):
            flow.run(data, np.empty(0), time + offset * h)
            products[offset], spectra[offset] = flow.W, measures.singular_values(flow.W)
        G = np.where(data.mask, products[0] - data.target, 0.0) / data.n_observed
        speed = (8 * (spectra[1] - spectra[-1]) - (spectra[2] - spectra[-2])) / (12 * h)
        np.testing.assert_allclose(
            speed, twin.singular_value_speed(products[0], G, depth), atol=1e-8
        )


def test_velocity_is_the_powers_of_the_product():
    generator = np.random.default_rng(0)
    W, G = generator.standard_normal((2, 5, 5))

    def power(symmetric, exponent):
        values, vectors = np.linalg.eigh(symmetric)
        return (vectors * values**exponent) @ vectors.T

    for depth in (1, 2, 3, 6):
        terms = [
            power(W @ W.T, j / depth) @ G @ power(W.T @ W, (depth - 1 - j) / depth)
            for j in range(depth)
        ]
        np.testing.assert_allclose(velocity(W, G, depth), -sum(terms), rtol=1e-10, atol=1e-12)


def test_theory_stays_out_where_it_does_not_hold():
    for values in ({"start": "gaussian", "depth": 2}, {"precision": "float32"}):
        assert list(COMPLETION.load("theory")(batch(**values))) == ["valid"]
        assert not run("theory", **values)["valid"]
    assert run("theory", start="gaussian", depth=1)["valid"]
    mixed = COMPLETION.load("theory")(
        batch(2, columns={"start": np.array(["gaussian", "identity"])})
    )
    assert mixed["valid"].tolist() == [False, True]
    assert np.isnan(mixed["final_test_loss"][0]).all()
    assert np.isfinite(mixed["final_test_loss"][1]).all()


# ---- small exact case, bounds, failures, refusals
# --------------------------------------------------------------


def test_given_data_depth_one():
    """Two entries observed: W = M (1 - exp(-t/2)) there and 0 elsewhere, from next to nothing."""
    fixed = {
        "size": 2,
        "depth": 1,
        "target": ((1.0, 2.0), (3.0, 4.0)),
        "observed": ((1, 0), (0, 1)),
        "rank": 1,
    }
    fixed |= {"deficit": "none", "start_scale": 1e-12, "start": "gaussian", "n_singular_values": 1}
    found = run("theory", **fixed, switch_times=(0.0,), duration_after=4.0, n_records=2)
    left = math.exp(-4.0)
    assert found["final_test_loss"][0] == pytest.approx((4 + 9 + left * 17) / 4, rel=1e-10)
    assert found["final_train_loss"][0] == pytest.approx(left * 17 / 4, rel=1e-10)
    assert found["singular_values"][0, 0, 1] == pytest.approx(4 * (1 - math.exp(-2.0)), rel=1e-10)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_sharpness_is_below_its_bound(depth):
    found = run(depth=depth, start="identity", duration_after=200.0, n_records=1)
    largest = found["singular_values"][-1, 0, 0]
    assert found["sharpness"][-1] <= sharpness_bound(depth, largest, 38) * (1 + 1e-12)


def test_divergence_is_recorded_with_its_update():
    fixed = {
        "step": 40.0,
        "allow_unstable": True,
        "duration_after": 40_000.0,
        "switch_times": (0.0, 40.0, 80.0),
    }
    found, p = run(**fixed, n_records=0), given(**fixed)
    assert found["status"] == 1
    assert np.isnan(found["final_test_loss"]).all()
    with np.errstate(all="ignore"):
        last = [
            next(
                n
                for n, W in enumerate(twin.descend(p.layers, phases, 40.0))
                if not np.isfinite(twin.end_to_end(W)).all()
            )
            for phases in [((*p.before[:2], n), (*p.after[:2], 1000)) for n in (0, 1, 2)]
        ]
    assert found["status_step"] == min(last)


@pytest.mark.parametrize("side", ["simulate", "theory"])
def test_rows_do_not_depend_on_their_company(side):
    rows = batch(
        3,
        columns={
            "depth": np.array([1, 2, 3]),
            "start": np.array(["gaussian", "identity", "orthogonal"]),
        },
    )
    together = COMPLETION.load(side)(rows)
    for i in range(3):
        for name, values in COMPLETION.load(side)(rows.take(np.array([i]))).items():
            np.testing.assert_array_equal(values[0], together[name][i], err_msg=name)


@pytest.mark.parametrize(
    ("values", "mend"),
    [
        ({"rank": 9}, "rank = 9 is above size = 8; lower it or raise size"),
        ({"rank_before": 9}, "rank_before = 9 is above size = 8"),
        ({"n_observed": 65}, "there are 64 entries at size 8"),
        ({"n_observed": 0}, "allowed: >= 1"),
        ({"deficit": "subset", "n_observed_before": 39}, "above n_observed = 38"),
        ({"deficit": "block_diagonal", "n_blocks": 9}, "n_blocks = 9"),
        ({"n_singular_values": 9}, "n_singular_values = 9"),
        ({"target": ((1.0, 2.0), (3.0, 4.0))}, "give 8 rows of 8"),
        ({"start_layers": (((1.0,) * 8,) * 8,) * 2}, "holds 2 layers; give 3"),
        ({"start_layers": (((1.0,) * 8,) * 7,) * 3}, "a layer of start_layers has 7 rows"),
        ({"start_layers": ((1.0,),)}, "list of lists of lists of float"),
        ({"observed": ((0,) * 8,) * 8}, "observe at least one"),
        ({"observed": ((2,) * 8,) * 8}, "give 1 for an observed entry"),
        ({"switch_times": ()}, "at least one, ascending"),
        ({"switch_times": (2.0, 1.0)}, "at least one, ascending"),
        ({"switch_times": (-1.0,)}, "the first >= 0"),
        ({"switch_times": (math.nan,)}, "finite number"),
        ({"duration_after": 0.01}, "change duration_after"),
        ({"duration_after": 1e12}, "change duration_after"),
        ({"size": 5000, "depth": 64}, "lower size, depth"),
        ({"step": 5.0}, "may be unstable"),
        ({"step": "fast"}, "step = 'fast'"),
    ],
)
def test_refusals_say_the_mend(values, mend):
    with pytest.raises(ToysimError, match=mend) as refused:
        COMPLETION.validate({**SMALL, **values})
    assert "\n" not in str(refused.value)


def test_kernel_runs_as_plain_python():
    from toysim.models.deep_linear.completion import descent

    p = given(depth=3)
    weight = np.where(p.after.mask, 0.2 / 38, 0.0)
    with pytest.MonkeyPatch.context() as patch:
        compiled, plain, products = p.layers.copy(), p.layers.copy(), np.empty_like(p.layers)
        descent.multiply(compiled, products)
        assert descent.descend(compiled, products.copy(), p.after.target, weight, 20) == -1
        for name in ("multiply", "subtract", "weigh_residual"):
            patch.setattr(descent, name, getattr(descent, name).py_func)
        assert descent.descend.py_func(plain, products, p.after.target, weight, 20) == -1
    np.testing.assert_allclose(compiled, plain, rtol=1e-12, atol=1e-14)


def test_effective_rank():
    assert measures.effective_rank(np.ones(5)) == pytest.approx(5.0)
    assert measures.effective_rank(np.array([2.0, 0.0])) == pytest.approx(1.0)
    assert measures.effective_rank(np.zeros(3)) == 0.0
    assert math.isnan(measures.effective_rank(np.full(3, np.nan)))
