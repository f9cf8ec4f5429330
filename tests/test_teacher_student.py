"""Family teacher_student: known numbers, limits, and runs of ``reference/teacher_student.py``."""

import math

import numpy as np
import pytest
from reference import teacher_student as plain
from scipy.special import expit, log_ndtr

import toysim
from toysim.errors import ToysimError
from toysim.models.teacher_student.classifier.margins import largest_margin
from toysim.models.teacher_student.labels import critical_ratio, gardner_capacity
from toysim.models.teacher_student.soft_committee.symmetric import (
    final_error,
    plateau,
    plateau_error,
    plateau_rate,
    rate_max,
)

Z = 5.0


def theory(model, *names, **parameters):
    found = toysim.theory(f"teacher_student.{model}", **parameters)
    return [float(found[name].values.ravel()[-1]) for name in names]


def agrees(draws, law, bound):
    """Mean of single runs within Z standard errors and a bound; and able to fail."""
    draws = np.asarray(draws)
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    assert abs(draws.mean() - law) <= Z * error + bound
    assert Z * error + bound < 0.2 * abs(law)


# Ridge regression


def test_ridge_at_large_dimension():
    names = ("kappa", "overlap", "self_overlap", "excess_error", "train_error")
    found = theory("ridge", *names, dimension=10**6)
    known = [0.15725992957, 0.86411010565, 0.86411010565, 0.13588989435, 0.04239265962]
    np.testing.assert_allclose(found, known, rtol=3e-6)
    other = {"sample_ratio": 0.5, "penalty": 0.01, "label_noise": 0.2, "signal": 2.0}
    found = theory("ridge", *names, dimension=10**6, **other)
    known = [1.0392447449, 0.9807552551, 1.1475362649, 1.1860257547, 0.00051332878]
    np.testing.assert_allclose(found, known, rtol=1e-5)


def test_power_law_numbers():
    names = ("kappa", "degrees_1", "degrees_2", "test_error", "train_error")
    given = {"dimension": 400, "sample_ratio": 0.25, "penalty": 0.01, "label_noise": 0.05}
    found = theory("ridge", *names, design="power_law", **given)
    known = [0.0022900884129, 95.633356361, 45.339383357, 0.1127174274, 0.00021492482]
    np.testing.assert_allclose(found, known, rtol=1e-7)


@pytest.mark.parametrize(("n", "known"), [(45, 1.2142857143), (75, 1.2857142857)])
def test_least_norm_is_exact_at_finite_size(n, known):
    given = {"dimension": 60, "sample_ratio": n / 60, "penalty": 0.0, "label_noise": 0.3}
    assert theory("ridge", "excess_error", **given)[0] == pytest.approx(known, rel=1e-10)


@pytest.mark.parametrize(
    ("activation", "psi", "known"), [("erf", 4.0, 0.26723053), ("relu", 1.5, 2.8716707)]
)
def test_random_features_at_large_dimension(activation, psi, known):
    given = {"activation": activation, "feature_ratio": psi, "dimension": 100, "penalty": 1e-3}
    found = theory("ridge", "limit_excess_error", design="random_features", **given)
    assert found[0] == pytest.approx(known, rel=1e-5)


@pytest.mark.parametrize("ratio", [0.5, 1.5])
def test_first_correction_is_what_finite_sizes_cost(ratio):
    """At d = 20 the limit is off by more than the corrected mean, which runs agree with."""
    given = {"dimension": 20, "sample_ratio": ratio, "label_noise": 0.3, "penalty": 0.5}
    found = toysim.run("teacher_student.ridge", replicas=40_000, **given)["excess_error"].values
    corrected, limit = theory("ridge", "excess_error", "limit_excess_error", **given)
    error = found.std() / 200.0
    assert abs(found.mean() - corrected) < Z * error + 0.2 * abs(corrected - limit)
    assert abs(found.mean() - limit) > Z * error


@pytest.mark.parametrize(("n", "penalty"), [(20, 0.1), (20, 0.0), (60, 0.3)])
def test_law_of_ridge_is_that_of_plain_solves(n, penalty):
    rng, d = np.random.default_rng(0), 40
    dense = np.array([plain.ridge(rng, d, n, penalty, 0.2, 2.0) for _ in range(3000)])
    given = {"dimension": d, "sample_ratio": n / d, "penalty": penalty, "label_noise": 0.2}
    law = toysim.run("teacher_student.ridge", replicas=20_000, signal=2.0, **given)
    names = ("excess_error", "overlap", "self_overlap", "train_error")
    for k, name in enumerate(names):
        chain = law[name].values.ravel()
        for power in (1, 2):
            a, b = dense[:, k] ** power, chain**power
            error = math.hypot(a.std() / math.sqrt(len(a)), b.std() / math.sqrt(len(b)))
            assert abs(a.mean() - b.mean()) <= Z * error + 1e-12, (name, power)


def test_best_ridge_penalty_is_a_nishimori_point():
    """m = q at sigma^2/rho, whatever alpha, and no other penalty does better."""
    for alpha in (0.3, 1.0, 4.0):
        given = {"dimension": 10**6, "sample_ratio": alpha, "label_noise": 0.4}
        at_best = theory("ridge", "overlap", "self_overlap", "excess_error", penalty=0.4, **given)
        assert at_best[0] == pytest.approx(at_best[1], rel=1e-5)
        for other in (0.3, 0.5):
            assert theory("ridge", "excess_error", penalty=other, **given)[0] > at_best[2]


# Online rules


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ({"rule": "hebb", "duration": 10.0}, (7.978845608, 74.66197724, 0.1253974764)),
        ({"rule": "perceptron", "duration": 10.0}, (1.026406770, 1.235190940, 0.1252878542)),
        (
            {"rule": "adatron", "learning_rate": 1.5, "duration": 10.0, "size": 10**5},
            (0.66573516, 0.50138392, 0.1106459343),
        ),
        (
            {"rule": "margin", "learning_rate": 0.5, "duration": 5.0},
            (1.13974889, 1.83981265, 0.1823924351),
        ),
    ],
)
def test_online_courses(given, known):
    found = theory("online_rules", "overlap", "self_overlap", "error", n_records=1, **given)
    np.testing.assert_allclose(found, known, rtol=2e-8)


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        ("optimal", (0.64176814, 0.86533259, 0.95084228)),
        ("annealed", (0.5, 0.7768692406, 0.9101467013)),
    ],
)
def test_rules_that_tune_themselves(rule, known):
    squares = [
        theory("online_rules", "cosine", rule=rule, duration=t, n_records=1)[0] ** 2
        for t in (2.0, 5.0, 10.0)
    ]
    np.testing.assert_allclose(squares, known, rtol=2e-8)


def test_floors_of_label_noise():
    for eta, known in ((0.5, 0.155310), (1.0, 0.207585), (1.5, 0.252157)):
        given = {"rule": "adatron", "learning_rate": eta, "flip": 0.1}
        mark = toysim.landmark("teacher_student.online_rules", "error_floor", **given)
        assert float(mark) == pytest.approx(known, abs=1e-6)
    floor = toysim.landmark("teacher_student.online_rules", "error_floor", flip=0.1)
    assert float(floor) == pytest.approx(math.acos(0.8) / math.pi, rel=1e-12)


def test_late_adatron_keeps_its_digits():
    """q - m^2 is lost in rounding there; the course is integrated in its own coordinates."""
    for eta in (1.0, 1.5, 2.5):
        given = {"rule": "adatron", "learning_rate": eta, "duration": 1e8, "n_records": 1}
        found = theory("online_rules", "error", **given)[0]
        assert found == pytest.approx(3.0 / (eta * (3.0 - eta) * 1e8), rel=1e-6)


def test_spread_of_runs_to_leading_order():
    for t, known in ((1.0, 0.0810), (2.0, 0.0575), (5.0, 0.01901)):
        found = theory("online_rules", "error_variance", duration=t, n_records=1)[0]
        assert found == pytest.approx(known, rel=1e-3)


@pytest.mark.parametrize(
    ("rule", "eta", "flip"), [("hebb", 1.0, 0.1), ("perceptron", 1.0, 0.0), ("adatron", 1.5, 0.0)]
)
def test_chains_of_overlaps_have_the_law_of_weights(rule, eta, flip):
    rng, n = np.random.default_rng(3), 20
    dense = np.array([plain.online(rng, n, rule, eta, flip, 2.0) for _ in range(1500)])
    given = {"rule": rule, "learning_rate": eta, "flip": flip, "duration": 2.0, "n_records": 1}
    chain = toysim.run("teacher_student.online_rules", replicas=20_000, size=n, **given)
    weights = toysim.run(
        "teacher_student.online_rules", replicas=2000, size=n, method="weights", **given
    )
    for k, name in enumerate(("overlap", "self_overlap")):
        b = chain[name].values.ravel()
        for a in (dense[:, k], weights[name].values.ravel()):
            for power in (1, 2):
                x, y = a**power, b**power
                error = math.hypot(x.std() / math.sqrt(len(x)), y.std() / math.sqrt(len(y)))
                assert abs(x.mean() - y.mean()) <= Z * error, (name, power)


# Soft committees


def given_start(k, m):
    student = tuple(tuple(0.25 + 0.05 * i if i == j else 0.0 for j in range(k)) for i in range(k))
    teacher = tuple(tuple(0.02 + 0.01 * ((i + 2 * n) % 3) for n in range(m)) for i in range(k))
    return {
        "hidden_units": k,
        "teacher_units": m,
        "start": "given",
        "start_student_overlaps": student,
        "start_teacher_overlaps": teacher,
    }


@pytest.mark.parametrize(
    ("k", "m", "eta", "noise", "t", "known"),
    [
        (2, 2, 1.0, 0.01, 20.0, (0.4276502115, 0.02530458433, 0.5376371101, 0.4233718337)),
        (3, 2, 0.5, 0.0, 50.0, (0.4840060325, 0.02121858026, 0.2959090540, 0.2541848490)),
    ],
)
def test_courses_of_committees(k, m, eta, noise, t, known):
    given = {"learning_rate": eta, "label_noise": noise, "duration": t, "n_records": 2}
    given |= given_start(k, m)
    found = toysim.theory("teacher_student.soft_committee", size=10**9, **given)
    error = found["flow_error"].values.ravel()
    overlaps = [
        float(found[name].isel(record=-1).values[..., 0, 0].ravel()[0])
        for name in ("student_overlaps", "teacher_overlaps")
    ]
    np.testing.assert_allclose([*error, *overlaps], known, rtol=1e-7)


@pytest.mark.parametrize(
    ("k", "eta", "at", "error", "rate"),
    [
        (2, 1.0, (0.43508495, 0.31021282, 0.42613831), 0.0206565328, 0.0591404403),
        (2, 2.0, (1.08102877, 0.13297233, 0.52022968), 0.0651742543, 0.0717723428),
        (4, 0.5, (0.36049783, 0.11730989, 0.20683114), 0.0573383647, 0.0139851975),
    ],
)
def test_plateaus(k, eta, at, error, rate):
    np.testing.assert_allclose(plateau(k, eta, 0.0), at, atol=6e-9)
    assert plateau_error(k, eta, 0.0) == pytest.approx(error, rel=1e-8)
    assert plateau_rate(k, eta, 0.0) == pytest.approx(rate, rel=1e-7)


def test_largest_rates_of_committees():
    known = {1: 4.05577868, 2: 2.30682770, 3: 1.62067451, 4: 1.24939278, 5: 1.01644830}
    known |= {10: 0.52582392, 20: 0.26745375}
    for k, value in known.items():
        assert rate_max(k) == pytest.approx(value, abs=6e-9)
        usual = math.sqrt(3.0) * math.pi / (k + 3.0 / math.sqrt(5.0) - 1.0)
        assert k == 1 or rate_max(k) < usual < 1.01 * rate_max(k)


def test_noise_floor_of_committees():
    """(sigma^2 eta/2 pi) M/sqrt(3) at small rates; 1.2062 and .5919 of its unit at eta 0.1."""
    for k, known in ((2, 1.2062), (1, 0.5919)):
        unit = 0.01 * 0.1 / (2.0 * math.pi)
        assert final_error(k, 0.1, 0.01) / unit == pytest.approx(known, abs=1e-4)


def test_committees_of_weights():
    """Plain runs at N = 30, 2 inputs of time, against chains from the same start."""
    rng = np.random.default_rng(5)
    student, teacher = np.array([[0.4, 0.1], [0.1, 0.5]]), np.array([[0.2, 0.0], [0.1, 0.3]])
    dense = [plain.committee(rng, 30, 1.0, 0.1, 2.0, student, teacher) for _ in range(80)]
    given = {
        "size": 30,
        "label_noise": 0.1,
        "duration": 2.0,
        "n_records": 1,
        "start": "given",
        "start_student_overlaps": tuple(map(tuple, student.tolist())),
        "start_teacher_overlaps": tuple(map(tuple, teacher.tolist())),
    }
    runs = toysim.run("teacher_student.soft_committee", replicas=4000, **given)["error"].values
    agrees(dense, runs.mean(), 5.0 * runs.std() / math.sqrt(runs.size))


# Classifiers


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (
            {"loss": "square"},
            (0.7607146219, 0.7372558327, 0.4658560998, 0.1535026445, 0.1217765678, 0.0238810986),
        ),
        (
            {"loss": "logistic"},
            (2.171495380, 5.730814439, 2.987763207, 0.1382979990, 0.1764747800, 0.0109723640),
        ),
        (
            {"loss": "hinge"},
            (2.025051057, 5.011105835, 1.362675813, 0.1401500370, 0.0449782611, 0.0125612876),
        ),
        (
            {"sample_ratio": 4.0, "penalty": 0.5, "probit_noise": 0.5, "flip": 0.05},
            (0.8393192263, 1.103593940, 0.8528052548, 0.2053863185, 0.4425028144, 0.1581207304),
        ),
    ],
)
def test_fixed_points_of_classifiers(given, known):
    names = ("overlap", "self_overlap", "susceptibility", "error", "train_loss", "train_error")
    np.testing.assert_allclose(theory("classifier", *names, **given), known, rtol=2e-8)


def step_of(loss, w, v):
    """-l' and l'' after a proximal step, by bisection of z - w + v l'(z) and written out."""
    low, high = w, np.maximum(w + v, 0.0)
    for _ in range(200):
        z = 0.5 * (low + high)
        f = expit(-z) if loss == "logistic" else np.exp(-0.5 * z * z - log_ndtr(z) - 0.9189385332)
        low, high = np.where(z < w + v * f, z, low), np.where(z < w + v * f, high, z)
    return f, f * (1.0 - f) if loss == "logistic" else f * (z + f)


@pytest.mark.parametrize("loss", ["logistic", "probit"])
@pytest.mark.parametrize("penalty", [1e-4, 1.0])
def test_fixed_points_by_a_plain_grid(loss, penalty):
    """Of two clusters; with little penalty V is some hundreds, and l bends in few fields."""
    given = {"loss": loss, "penalty": penalty, "teacher": "mixture", "dimension": 5000}
    m, q, v = theory("classifier", "overlap", "self_overlap", "susceptibility", **given)
    xi, spacing = np.linspace(-9.0, 9.0, 40_001, retstep=True)
    weight = spacing * np.exp(-0.5 * xi * xi) / math.sqrt(2.0 * math.pi)
    f, curve = step_of(loss, m + math.sqrt(q) * xi, v)
    scale = penalty + 3.0 * weight @ (curve / (1.0 + v * curve))
    first, second = 3.0 * weight @ f, 3.0 * weight @ f**2
    again = first / scale, (first**2 + second) / scale**2, 1.0 / scale
    np.testing.assert_allclose(again, (m, q, v), rtol=1e-8)


def test_largest_margins():
    np.testing.assert_allclose(largest_margin(1.0), (0.6713576482, 0.7865498410), rtol=1e-9)
    np.testing.assert_allclose(largest_margin(3.0), (0.9009981761, 0.3177650504), rtol=1e-9)


@pytest.mark.parametrize("noise", [{"flip": 0.1}, {"probit_noise": 0.5}])
def test_the_largest_margin_of_noisy_labels_ends_at_the_threshold(noise):
    """kappa is 0 at alpha*, which is found by counting; runs agree below it."""
    star = toysim.landmark("teacher_student.classifier", "critical_ratio", **noise)
    probit, flip = noise.get("probit_noise", 0.0), noise.get("flip", 0.0)
    assert largest_margin((1.0 - 1e-6) * float(star), probit, flip)[1] == pytest.approx(0, abs=1e-6)
    given = {"loss": "hard_margin", "sample_ratio": 1.4, **noise}
    runs = toysim.run("teacher_student.classifier", replicas=30, dimension=150, **given)
    names = ("cosine", "margin")
    for name, value in zip(names, theory("classifier", *names, **given), strict=True):
        agrees(runs[name], value, 0.02 * value)


def test_bayes_errors():
    given = {"loss": "square"}
    known = {1.0: 0.2543729703, 3.0: 0.1298548261}
    for alpha, value in known.items():
        found = theory("classifier", "bayes_error", sample_ratio=alpha, **given)[0]
        assert found == pytest.approx(value, rel=1e-7)


def test_maximum_likelihood_is_biased():
    given = {"teacher": "logistic", "signal": 5.0, "penalty": 0.0, "dimension": 1000}
    for alpha, bias, spread in ((5.0, 1.49935012, 2.12138146), (10.0, 1.16778171, 1.05827654)):
        m, q = theory("classifier", "overlap", "self_overlap", sample_ratio=alpha, **given)
        assert m / 5.0 == pytest.approx(bias, rel=1e-6)
        assert math.sqrt(q - m * m / 5.0) == pytest.approx(spread, rel=1e-6)


def test_square_loss_has_one_best_penalty():
    best = math.pi / 2.0 - 1.0
    for alpha in (1.0, 3.0, 8.0):
        given = {"loss": "square", "sample_ratio": alpha, "dimension": 1000}
        errors = [
            theory("classifier", "error", penalty=p, **given)[0]
            for p in (0.9 * best, best, 1.1 * best)
        ]
        assert errors[1] == min(errors)
    mark = toysim.landmark("teacher_student.classifier", "best_penalty", loss="square")
    assert float(mark) == pytest.approx(best, rel=1e-3)


@pytest.mark.parametrize(
    ("loss", "known"),
    [("logistic", (0.0316, 0.0093, 0.0011, 0.00012)), ("hinge", (0.342, 0.074, 0.0077, 0.0009))],
)
def test_best_penalties(loss, known):
    """The error of the hinge loss is flat at small penalties, which lead a search astray."""
    for alpha, value in zip((1.0, 3.0, 10.0, 30.0), known, strict=True):
        given = {"loss": loss, "sample_ratio": alpha, "dimension": 5000}
        found = float(toysim.landmark("teacher_student.classifier", "best_penalty", **given))
        assert found == pytest.approx(value, rel=0.05)


def test_every_draw_is_separable_or_not():
    """At n = 2 d half of them; programs without an answer would be left out of the mean."""
    runs = toysim.run("teacher_student.separability", replicas=1000, dimension=20)["separable"]
    assert np.isfinite(runs).all()
    agrees(runs, 0.5, 0.0)


def test_two_clusters_by_the_square_loss():
    """As the penalty grows the student is the average of y x, the best that the data allow."""
    given = {"teacher": "mixture", "loss": "square", "dimension": 1000, "sample_ratio": 2.0}
    found, best = theory("classifier", "error", "bayes_error", penalty=1e4, **given)
    assert found == pytest.approx(best, rel=1e-4)


def test_plain_logistic_fits():
    rng = np.random.default_rng(1)
    fits = np.array([plain.logistic(rng, 150, 450, 0.2, 0.1) for _ in range(60)])
    given = {"dimension": 150, "penalty": 0.2, "flip": 0.1}
    law = theory("classifier", "overlap", "self_overlap", "error", **given)
    for draws, value in zip(fits.T, law, strict=True):
        agrees(draws, value, 0.01 * value)


def test_thresholds_of_separability():
    known = {
        ("logistic", 1.0): 2.27822054,
        ("logistic", math.sqrt(5.0)): 3.07136050,
        ("logistic", 5.0): 5.40389062,
        ("flip", 0.01): 6.71025350,
        ("flip", 0.1): 2.99228601,
        ("probit", math.sqrt(0.5)): 3.24745099,
        ("random", 0.0): 2.0,
    }
    for label, value in known.items():
        assert critical_ratio(*label) == pytest.approx(value, abs=6e-9)
    for margin, value in ((0.0, 2.0), (1.0, 0.519572230), (2.0, 0.200231016)):
        assert gardner_capacity(margin) == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize(
    ("model", "given", "told"),
    [
        ("ridge", {"sample_ratio": 0.0}, "sample_ratio"),
        ("ridge", {"method": "law", "design": "power_law"}, "method = law needs design"),
        ("online_rules", {"rule": "adatron", "learning_rate": 3.0}, "must be below 3"),
        ("online_rules", {"rule": "optimal", "flip": 0.1}, "noise-free"),
        ("soft_committee", {"size": 5}, "below hidden_units"),
        ("soft_committee", {"start": "given"}, "start_student_overlaps"),
        ("classifier", {"penalty": 0.0, "teacher": "logistic", "signal": 5.0}, "alpha* = 3.07"),
        ("classifier", {"loss": "hard_margin", "flip": 0.1}, "below alpha* = 2.99"),
    ],
)
def test_bad_input_is_told_in_one_line(model, given, told):
    with pytest.raises(ToysimError, match=r"^[^\n]*" + told.replace("*", r"\*")):
        toysim.run(f"teacher_student.{model}", **given)


def test_a_gram_matrix_is_asked_for():
    bad = given_start(2, 2) | {"start_teacher_overlaps": ((0.9, 0.0), (0.0, 0.9))}
    with pytest.raises(ToysimError, match="no Gram matrix"):
        toysim.run("teacher_student.soft_committee", **bad)
