"""Family scaling: known numbers, limits, and single fits of ``reference/scaling.py``."""

import numpy as np
import pytest
from reference import scaling as plain

import toysim
from toysim.errors import ToysimError
from toysim.models.scaling.repeated_sgd.theory import mean_course

Z = 5.0


def value(model, name, **parameters):
    return float(toysim.theory(f"scaling.{model}", **parameters)[name].values.ravel()[0])


def agrees(draws, theory, bound):
    """Mean of single runs within Z standard errors and a finite-size bound; and able to fail."""
    draws = np.asarray(draws)
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    assert abs(draws.mean() - theory) <= Z * error + bound * theory
    assert Z * error + bound * theory < 0.2 * theory


def cosine_rows():
    """Kept rows without a draw: variances, teacher, twelve rows and their noise."""
    k, j = np.arange(1, 13.0), np.arange(1, 21.0)
    h = j**-1.5
    rows = np.sqrt(2.0 * h) * np.cos(np.outer(k, j))
    return h, np.sqrt(j**-2.0 / h), rows, 0.5 * (-1.0) ** (k - 1)


def exact_course(updates, fraction=0.5, noise=0.25, rate=0.1):
    """Mean losses and train losses at some updates; the last ends the run."""
    h, teacher, rows, eps = cosine_rows()
    loss, train = np.empty((2, len(updates)))
    rates = np.full(updates[-1], rate)
    mean_course(-teacher, h, rows, eps, fraction, noise, rates, np.array(updates), loss, train)
    return loss, train


def test_repeated_sgd_numbers():
    loss, train = exact_course([1, 100, 200])
    np.testing.assert_allclose(loss, [0.71825699, 0.11635677, 0.07866187], atol=5e-9)
    np.testing.assert_allclose(train, [0.36465841, 0.10071889, 0.08411477], atol=5e-9)


@pytest.mark.parametrize("fraction", [0.0, 0.3, 1.0])
def test_single_runs_on_kept_rows(fraction):
    rng, (h, teacher, rows, eps) = np.random.default_rng(6), cosine_rows()
    found = plain.repeated_sgd(rng, h, teacher, rows, eps, fraction, 0.25, 0.1, 60, 4000)
    for draws, exact in zip(found, exact_course([60], fraction), strict=True):
        agrees(draws, exact[0], 0.0)
        assert abs(draws.mean() - 1.03 * exact[0]) > 0.5 * abs(0.03 * exact[0])


def test_reshuffled_epochs_learn_the_rows_sooner_and_have_no_theory():
    fixed = {"fraction": 1.0, "n_rows": 20, "n_steps": 200, "n_records": 3}
    runs = {
        order: toysim.sweep("scaling.repeated_sgd", order=[order], replicas=300, **fixed)
        for order in ("with_replacement", "reshuffled")
    }
    train = {
        order: float(run["simulation"]["train_loss"].isel(record=1).mean())
        for order, run in runs.items()
    }
    assert train["reshuffled"] < train["with_replacement"]
    theory = runs["reshuffled"]["theory"]
    assert not theory["valid"].any()
    assert np.isnan(theory["loss"]).all()


def test_replicas_share_a_data_set_and_data_sets_differ():
    """At f = 1 and m = 1 all runs are the same: they see one row."""
    fixed = {"fraction": 1.0, "n_rows": 1, "n_steps": 20, "replicas": 3}
    final = toysim.sweep("scaling.repeated_sgd", data_set=[0, 1], **fixed)
    loss = final["simulation"]["final_loss"].values
    assert (loss == loss[:, :1]).all()
    assert loss[0, 0] != loss[1, 0]


RIDGE = {"method": "ridge", "penalty": 1e-3}


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (
            {"n_features": 100, "n_unique": 360, "n_repeated": 20, "repeats": 50.0},
            0.13982071,
        ),
        (
            {
                "n_features": 1000,
                "n_unique": 18000,
                "n_repeated": 100,
                "repeats": 20.0,
                "label_noise": 0.4,
            },
            0.03363363,
        ),
    ],
)
def test_ridge_numbers(parameters, expected):
    risk = value("repeated_fit", "risk", **RIDGE, **parameters)
    np.testing.assert_allclose(risk, expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("time", "expected"),
    [(0.05, 0.90867), (0.2, 0.71296), (1, 0.36077), (5, 0.21475), (20, 0.26965), (100, 0.29257)],
)
def test_flow_numbers(time, expected):
    risk = value("repeated_fit", "risk", final_time=float(time))
    np.testing.assert_allclose(risk, expected, rtol=5e-5)


@pytest.mark.parametrize(
    ("rows", "fraction", "noise", "time", "expected"),
    [
        (50, 0.5, 8.0, 0.01, 0.9847049),
        (50, 0.5, 8.0, 0.1, 1.0165477),
        (50, 0.5, 8.0, 1.0, 0.7274989),
        (50, 0.5, 8.0, 10.0, 0.3782068),
        (500, 0.3, 1.0, 0.1, 0.8231057),
        (500, 0.3, 1.0, 1.0, 0.2204836),
        (500, 0.3, 1.0, 10.0, 0.0897604),
    ],
)
def test_stream_numbers(rows, fraction, noise, time, expected):
    fixed = {"method": "stream", "n_features": 1000, "n_repeated": rows, "fraction": fraction}
    risk = value("repeated_fit", "risk", **fixed, label_noise=noise, final_time=time)
    np.testing.assert_allclose(risk, expected, atol=1e-7)


def test_the_flow_starts_at_the_teachers_norm_and_ends_in_the_converged_fit():
    """Weights are normalised to N in ridge and to 1 in the flow: their ends must be one fit."""
    fixed = {"n_unique": 300, "n_repeated": 100, "repeats": 3.0, "label_noise": 0.5}
    ends = value("repeated_fit", "risk", **fixed, final_time=1e6)
    converged = value("repeated_fit", "risk", **fixed, method="ridge", penalty=1e-9)
    np.testing.assert_allclose(ends, converged, rtol=1e-4)
    start = value("repeated_fit", "risk", **fixed, first_time=1e-9, final_time=1e-9)
    np.testing.assert_allclose(start, 1.0, rtol=1e-4)


def test_a_fit_with_repeats_of_one_is_that_of_as_many_unique_rows():
    fixed = {"repeats": 1.0, "final_time": 3.0}
    split = value("repeated_fit", "risk", n_unique=150, n_repeated=50, **fixed)
    alone = value("repeated_fit", "risk", n_unique=200, n_repeated=0, **fixed)
    np.testing.assert_allclose(split, alone, rtol=1e-5)


def test_single_ridge_fits():
    rng, shape = np.random.default_rng(1), (60, 200, 20, 10.0, 0.25)
    draws = [
        plain.repeated_risk(rng, *shape, lambda x, y, w: plain.solved(x, y, w, 1.0))
        for _ in range(300)
    ]
    names = ("n_features", "n_unique", "n_repeated", "repeats", "label_noise")
    fixed = dict(zip(names, shape, strict=True))
    agrees(draws, value("repeated_fit", "risk", **fixed, method="ridge", penalty=1.0), 3 / 60)


@pytest.mark.parametrize("time", [1.0, 20.0])
def test_single_descents(time):
    """The reference descends in steps of 0.05: a first-order error of at most half a per cent."""
    rng, shape = np.random.default_rng(2), (60, 90, 30, 4.0, 0.25)
    draws = [
        plain.repeated_risk(
            rng, *shape, lambda x, y, w: plain.descended(x, y, w, 0.05, round(time / 0.05))
        )
        for _ in range(150)
    ]
    names = ("n_features", "n_unique", "n_repeated", "repeats", "label_noise")
    fixed = dict(zip(names, shape, strict=True))
    agrees(draws, value("repeated_fit", "risk", **fixed, final_time=time), 3 / 60)


@pytest.mark.parametrize("time", [0.5, 3.0])
def test_single_streams(time):
    rng = np.random.default_rng(3)
    draws = [plain.stream_risk(rng, 60, 20, 0.5, 2.0, time, 0.01) for _ in range(150)]
    fixed = {"method": "stream", "n_features": 60, "n_repeated": 20, "fraction": 0.5}
    agrees(draws, value("repeated_fit", "risk", **fixed, label_noise=2.0, final_time=time), 4 / 60)


@pytest.mark.parametrize(
    ("fraction", "noise"), [(0.1, 36.97), (0.3, 10.24), (0.5, 4.83), (0.7, 2.42), (0.9, 0.925)]
)
def test_double_descent_law(fraction, noise):
    law = float(toysim.landmark("scaling.repeated_fit", "double_descent", fraction=fraction))
    np.testing.assert_allclose(law, noise, atol=0.005)


@pytest.mark.parametrize(("fraction", "share", "rises"), [(0.5, 1.1, True), (0.5, 0.9, False)])
def test_the_streams_risk_rises_above_the_law_only(fraction, share, rises):
    noise = share * float(toysim.landmark("scaling.repeated_fit", "double_descent", fraction=0.5))
    fixed = {"n_features": 2000, "n_repeated": 6, "fraction": fraction, "label_noise": noise}
    course = toysim.theory(
        "scaling.repeated_fit",
        **fixed,
        method="stream",
        first_time=1e-6,
        final_time=30.0,
        n_records=400,
    )
    assert bool((np.diff(course["risk"].values.ravel()) > 1e-9).any()) == rises


@pytest.mark.parametrize(
    ("parameters", "kappa", "test", "train"),
    [
        (
            {"n_modes": 1000, "n_samples": 60, "penalty": 1.0, "label_noise": 0.1},
            0.027558632,
            0.20031923,
            0.07326640,
        ),
        (
            {"n_modes": 2000, "n_samples": 300, "penalty": 0.5, "label_noise": 0.25},
            0.002625497,
            0.30776612,
            0.12402098,
        ),
    ],
)
def test_kernel_ridge_numbers(parameters, kappa, test, train):
    theory = toysim.theory("scaling.kernel_ridge", **parameters)
    found = [float(theory[name]) for name in ("kappa", "test_loss", "train_loss")]
    np.testing.assert_allclose(found, [kappa, test, train], rtol=1e-6)


def test_single_kernel_fits():
    rng = np.random.default_rng(4)
    draws = [plain.kernel_losses(rng, 200, 1.5, 2.0, 60, 1.0, 0.1) for _ in range(200)]
    fixed = {"n_modes": 200, "n_samples": 60, "penalty": 1.0, "label_noise": 0.1}
    for k, name in enumerate(("test_loss", "train_loss")):
        agrees([d[k] for d in draws], value("kernel_ridge", name, **fixed), 0.03)


def test_the_best_penalty_is_best():
    best = float(toysim.landmark("scaling.kernel_ridge", "best_penalty"))
    least, *others = (
        value("kernel_ridge", "test_loss", penalty=share * best) for share in (1.0, 0.9, 1.1)
    )
    assert least < min(others)
    np.testing.assert_allclose(least, value("kernel_ridge", "best_test_loss"), rtol=1e-9)


@pytest.mark.parametrize("n_samples", [1, 5])
def test_few_samples_of_many_equal_modes_have_a_best_penalty(n_samples):
    """kappa is then far above every variance: its bracket must reach there."""
    fixed = {"n_modes": 5000, "capacity_exponent": 0.0, "n_samples": n_samples}
    best = float(toysim.landmark("scaling.kernel_ridge", "best_penalty", **fixed))
    least, *others = (
        value("kernel_ridge", "test_loss", penalty=share * best, **fixed)
        for share in (1.0, 0.5, 2.0)
    )
    assert least <= min(others)


@pytest.mark.parametrize(
    ("gamma", "tolerance", "train", "test"),
    [(0.9, 0.01, 11.44106, 196.2854), (0.5, 0.001, 14.35430, 22.94994)],
)
def test_delay_numbers(gamma, tolerance, train, test):
    theory = toysim.theory(
        "scaling.delayed_generalization",
        n_features=round(1000 * gamma),
        n_samples=1000,
        tolerance=tolerance,
    )
    found = [float(theory[name]) for name in ("time_train", "time_test")]
    np.testing.assert_allclose(found, [train, test], rtol=5e-7)


def test_single_students():
    """Steps of 0.005 for a flow: off by a share of about 0.005 t x^2."""
    rng = np.random.default_rng(5)
    draws = np.array([plain.student(rng, 90, 120, 2.0, 0.005) for _ in range(200)])
    fixed = {"n_features": 90, "n_samples": 120, "final_time": 2.0}
    for k, name in enumerate(("train_loss", "test_loss")):
        agrees(draws[:, k], value("delayed_generalization", name, **fixed), 0.06)


def test_with_more_features_than_samples_the_teacher_is_never_found():
    theory = toysim.theory("scaling.delayed_generalization", n_features=300, n_samples=200)
    assert np.isfinite(theory["time_train"])
    assert np.isnan(theory["time_test"])


def test_the_train_time_has_a_limit_as_features_become_as_many_as_samples():
    mark = float(
        toysim.landmark("scaling.delayed_generalization", "memorisation_time", tolerance=1e-6)
    )
    fixed = {"n_features": 1000, "n_samples": 1000, "tolerance": 1e-6}
    time = value("delayed_generalization", "time_train", **fixed)
    np.testing.assert_allclose(time, mark, rtol=1e-3)


@pytest.mark.parametrize(
    ("model", "parameters", "told"),
    [
        (
            "repeated_fit",
            {"method": "stream", "n_repeated": 0, "fraction": 0.5},
            "fraction = 0.5 needs n_repeated >= 1",
        ),
        ("repeated_sgd", {"n_rows": 0}, "fraction = 0.5 needs n_rows >= 1"),
        ("repeated_fit", {"repeats": 0.5}, "repeats is float, allowed: >= 1"),
        ("repeated_fit", {"n_unique": 0, "n_repeated": 0}, "needs rows"),
        ("delayed_generalization", {"first_time": 5.0, "final_time": 1.0}, "is after final_time"),
        ("delayed_generalization", {"n_features": 10000, "n_samples": 2000}, "lower one of them"),
    ],
)
def test_bad_input_is_told_in_one_line(model, parameters, told):
    with pytest.raises(ToysimError, match=told) as error:
        toysim.run(f"scaling.{model}", **parameters)
    assert "\n" not in str(error.value)
