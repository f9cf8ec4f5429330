"""Tasks from fresh data: known numbers, explicit runs of ``reference/continual.py`` compared in
distribution, orders, rehearsal, bad input.
"""

import itertools

import numpy as np
import pytest
from reference import continual as plain
from scipy import stats

import toysim
from toysim.errors import ToysimError, ToysimWarning
from toysim.models.continual import FRESH_TASKS
from toysim.models.continual.fresh_tasks.theory import Problem
from toysim.models.continual.sequences import probabilities
from toysim.numerics.draws import chi_squared_into

MODEL = "continual.fresh_tasks"
GRAM = np.array([[1, 0.5, 0, -0.25], [0.5, 1, 0.25, 0], [0, 0.25, 1, 0.5], [-0.25, 0, 0.5, 1]])
SQUARE, AXES = np.linalg.eigh(GRAM)
TEACHERS = tuple(map(tuple, (AXES * np.sqrt(SQUARE)) @ AXES.T))
TWICE = {"teachers": TEACHERS, "sequence": "cyclic", "n_visits": 8, "n_records": 9}


def theory(**parameters):
    return toysim.theory(MODEL, **parameters)


def values(data, name):
    return data[name].values.reshape(data[name].shape[-2:] if data[name].ndim > 1 else -1)


@pytest.mark.parametrize(
    ("kappa", "visits", "mean", "variance"),
    [
        (
            1.0,
            1,
            [0.81276596, 1.01276596, 1.21276596, 1.31276596],
            [0.0051969, 0.00875983, 0.01739657, 0.02361762],
        ),
        (
            1.0,
            8,
            [1.55719389, 1.26738013, 1.06214237, 1.16814429],
            [0.05689633, 0.04269328, 0.03293891, 0.04149929],
        ),
        (
            0.5,
            8,
            [1.01324831, 0.8425044, 0.77526674, 0.88614263],
            [0.01368807, 0.01054735, 0.0096522, 0.01236947],
        ),
    ],
)
def test_means_and_variances(kappa, visits, mean, variance):
    exact = theory(**TWICE, plasticity=kappa)
    error, square = values(exact, "error")[:, visits], values(exact, "error_square")[:, visits]
    np.testing.assert_allclose(error, mean, atol=1e-8)
    np.testing.assert_allclose(square - error**2, variance, atol=1e-8)


def test_deviation_of_the_mean_error():
    exact = theory(**TWICE)
    variance = exact["mean_error_square"] - exact["mean_error"] ** 2
    np.testing.assert_allclose(np.sqrt(variance.values.ravel()[8]), 0.110023319, atol=1e-9)


def test_covariances_of_two_tasks():
    p = FRESH_TASKS.validate(TWICE)
    moments = Problem(p, probabilities(p)).moments()
    found = [n[1, 2] - n[0, 1] * n[0, 2] for n in moments[[1, 8]]]
    np.testing.assert_allclose(found, [3.56118907e-5, 0.0281133448], rtol=2e-9)


def explicit_runs(n_runs, kappa, d=14, n=5, noise=0.1, order=(0, 0, 2, 1, 2)):
    rng = np.random.default_rng(3)
    teachers = np.array([[1.0, 0.0, 0.3], [0.2, -0.8, 0.0], [0.0, 0.5, 1.0]])
    runs = [plain.fresh_tasks(rng, teachers, d, n, noise, kappa, order) for _ in range(n_runs)]
    changes = [plain.old_tasks_change(run, order) for run in runs]
    return teachers, np.array(runs), np.array(changes)


@pytest.mark.parametrize("kappa", [0.6, 1.0, 1.5])
@pytest.mark.parametrize("sizes", [{"d": 14, "n": 5}, {"d": 4, "n": 1}, {"d": 12, "n": 3}])
def test_the_reduced_law_is_that_of_explicit_runs(kappa, sizes):
    """Every error's whole distribution, and those of sums that see how tasks go together."""
    order = (0, 0, 2, 1, 2)
    teachers, runs, changes = explicit_runs(700, kappa, **sizes, order=order)
    tree = toysim.sweep(
        MODEL,
        n_tasks=3,
        n_visits=5,
        sequence="given",
        order=order,
        teachers=teachers,
        dimension=sizes["d"],
        n_samples=sizes["n"],
        noise=0.1,
        plasticity=[kappa],
        n_records=6,
        replicas=4000,
        seed=2,
    )
    ours = {n: v.values[0] for n, v in tree["simulation"].data_vars.items()}
    pairs = [(ours["error"][:, j, k], runs[:, k, j]) for j in range(3) for k in range(1, 6)]
    pairs += [(ours["final_error"], runs[:, -1].mean(axis=1))]
    pairs += [(ours["error_increase"], changes[:, 0]), (ours["forward_transfer"], changes[:, 1])]
    worst = min(stats.ks_2samp(a, b).pvalue for a, b in pairs)
    assert worst > 1e-4 / len(pairs)
    shifted = stats.ks_2samp(1.1 * ours["final_error"], runs[:, -1].mean(axis=1)).pvalue
    assert shifted < 1e-4  # ten per cent would be seen


def test_exact_moments_of_explicit_runs():
    """Means, squares and changes of runs that know nothing of the reduction."""
    teachers, runs, changes = explicit_runs(2500, 0.6, d=20)
    exact = theory(
        n_tasks=3,
        n_visits=5,
        sequence="given",
        order=(0, 0, 2, 1, 2),
        teachers=teachers,
        dimension=20,
        n_samples=5,
        noise=0.1,
        plasticity=0.6,
        n_records=6,
    )
    told = [(runs.transpose(0, 2, 1), values(exact, "error"))]
    told += [(runs.transpose(0, 2, 1) ** 2, values(exact, "error_square"))]
    told += [(changes[:, 0], float(exact["error_increase"]))]
    told += [(changes[:, 0] ** 2, float(exact["error_increase_square"]))]
    told += [(changes[:, 1], float(exact["forward_transfer"]))]
    for draws, mean in told:
        error = draws.std(axis=0) / np.sqrt(len(draws)) + 1e-12
        assert np.abs((draws.mean(axis=0) - mean) / error).max() < 5.0


def test_no_noise_at_d_minus_one_and_all_samples():
    """As many samples as weights: a visit learns its teacher exactly."""
    tree = toysim.sweep(
        MODEL, dimension=6, n_samples=[5, 6], noise=0.0, n_records=5, n_tasks=4, replicas=200
    )
    error = tree["simulation"]["error"].values
    np.testing.assert_allclose(error[1, :, 3, 4], 0.0, atol=1e-12)
    exact = tree["theory"]["error"].values[0, :, 4]
    assert np.abs(error[0, :, :, 4].mean(axis=0) - exact).max() < 0.25


def test_best_and_worst_order():
    errors = {}
    for order in itertools.permutations(range(4)):
        errors[order] = float(theory(teachers=TEACHERS, order=order)["final_error"])
    exact = theory(teachers=TEACHERS)
    assert min(errors, key=errors.get) in {(0, 3, 1, 2), (0, 3, 2, 1), (3, 0, 1, 2), (3, 0, 2, 1)}
    np.testing.assert_allclose(min(errors.values()), 1.169085106, atol=1e-9)
    np.testing.assert_allclose(errors[1, 2, 3, 0], 1.201485106, atol=1e-9)
    np.testing.assert_allclose(np.mean(list(errors.values())), 1.185285106, atol=1e-9)
    np.testing.assert_allclose(float(exact["best_order_error"]), min(errors.values()))
    np.testing.assert_allclose(float(exact["worst_order_error"]), max(errors.values()))
    np.testing.assert_allclose(values(exact, "centrality"), [1.375, 1.125, 1.125, 1.375])
    for name in ("best", "worst"):
        mark = float(toysim.landmark(MODEL, f"{name}_order_error", teachers=TEACHERS))
        np.testing.assert_allclose(mark, float(exact[f"{name}_order_error"]))


REHEARSED = {"arrival": True, "n_tasks": 5, "n_visits": 5, "dimension": 60, "n_samples": 24}


def test_retention_of_power_law_rehearsal():
    exact = theory(**REHEARSED, rehearsal="power")
    expected = [0.17065831, 0.17906835, 0.19453962, 0.20279124, 0.17518248]
    np.testing.assert_allclose(values(exact, "retention"), expected, atol=1e-8)


def test_balanced_rehearsal_keeps_all_equally():
    exact = theory(**REHEARSED, rehearsal="balanced")
    np.testing.assert_allclose(values(exact, "retention"), (1 - 0.6**5) / 5)
    fixed = {"n_tasks": 10, "n_visits": 10, "arrival": True, "dimension": 60, "n_samples": 18}
    share = float(toysim.landmark(MODEL, "balanced_share", **fixed))
    np.testing.assert_allclose(share, 0.3239174917, atol=1e-10)


def test_the_best_power_of_the_lag():
    fixed = {"n_tasks": 10, "n_visits": 10, "arrival": True, "dimension": 60, "n_samples": 18}

    def worst(g):
        exact = theory(**fixed, rehearsal="power", exponent=g)
        return values(exact, "retention").min()

    np.testing.assert_allclose(worst(0.77177), 0.0816785, atol=1e-6)
    assert worst(0.77177) > max(worst(0.75), worst(0.79))


def test_retention_is_seen_in_the_errors():
    """e_i(T) = r^T e_i(0) + (1-r) sum_k r^(T-k) D_i,j(k) + noise, at equal distances."""
    exact = theory(**REHEARSED, rehearsal="power")
    r, noise = 0.6, 0.05 * 24 / 35 * (1 - 0.6**5) / 0.4
    error = values(exact, "error")[:, -1]
    kept = 1 - r**5 - (error - r**5 - noise) / 2.0
    np.testing.assert_allclose(kept, values(exact, "retention"), atol=1e-12)


def test_the_best_plasticities_are_the_greedy_ones():
    """Uniform visits: kappa_k = u/(u+c), u <- u - q u^2/(u+c), u = m - Db/2, c = Db/2 + S1/q."""
    fixed = {"sequence": "uniform", "n_visits": 6, "similarity": 0.3, "n_samples": 20}
    exact = theory(**fixed, tune=True)
    q, half, s1 = 20 / 60, 0.7 * 3 / 4, 0.05 * 20 / 39
    u, c, greedy = 1.0 - half, half + s1 / q, []
    for _ in range(6):
        greedy.append(u / (u + c))
        u -= q * u**2 / (u + c)
    np.testing.assert_allclose(values(exact, "best_plasticities"), greedy, atol=2e-5)
    best = float(exact["best_plasticity"])
    np.testing.assert_allclose(
        float(toysim.landmark(MODEL, "best_plasticity", **fixed)), best, atol=1e-6
    )
    least, *others = (
        float(theory(**fixed, plasticity=share * best)["final_error"]) for share in (1, 0.97, 1.03)
    )
    assert least < min(others)


def test_recency_has_no_theory_and_is_drawn_as_it_says():
    fixed = {"sequence": "recency", "n_tasks": 3, "n_visits": 6, "n_records": 2, "noise": 0.0}
    tree = toysim.sweep(MODEL, exponent=[1.5], **fixed, replicas=4000)
    assert not tree["theory"]["valid"].any()
    rng = np.random.default_rng(0)
    teachers = np.eye(3)
    runs = [
        plain.fresh_tasks(rng, teachers, 60, 12, 0.0, 1.0, plain.recent_sequence(rng, 3, 6, 1.5))[
            -1
        ].mean()
        for _ in range(700)
    ]
    ours = tree["simulation"]["final_error"].values[0]
    assert stats.ks_2samp(ours, runs).pvalue > 1e-4


@pytest.mark.parametrize("freedom", [1, 2, 3, 17, 500])
def test_chi_squared_numbers(freedom):
    buffer, drawn = np.empty(600), np.empty(20_000)
    state = np.array([5, 7, len(buffer)])
    chi_squared_into(state, buffer, freedom, drawn)
    assert stats.kstest(drawn, stats.chi2(freedom).cdf).pvalue > 1e-4
    again = np.empty(5)
    chi_squared_into(state, buffer, 0, again)
    assert (again == 0.0).all()


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"n_samples": 61}, "exceeds dimension"),
        ({"n_tasks": 3, "n_visits": 3, "order": (0, 0, 2)}, "task 1 is never visited"),
        ({"n_visits": 5}, "make them equal or choose another sequence"),
        ({"sequence": "given", "order": (0, 1)}, "n_visits = 4"),
        ({"sequence": "given", "order": (0, 1, 2, 7)}, "7 is no task"),
        ({"sequence": "uniform", "order": (0, 1, 2, 3)}, "once or given"),
        ({"arrival": True, "phase_visits": 2}, "n_visits = 8"),
        ({"similarity": -0.5}, "-0.3333 to 1"),
        ({"teachers": ((1.0,), (0.0,))}, "n_tasks = 4"),
        ({"plasticities": (1.0,)}, "n_visits = 4"),
        ({"plasticities": (1.0, 1.0, 3.0, 1.0)}, "of visit 2"),
        ({"dimension": 5, "arrangement": "random", "n_samples": 2}, "raise dimension"),
        ({"n_visits": 10_000, "n_tasks": 20, "sequence": "cyclic"}, "do not fit"),
    ],
)
def test_bad_input_is_told_in_a_line(parameters, told):
    with pytest.raises(ToysimError, match=told) as error:
        toysim.run(MODEL, **parameters)
    assert "\n" not in str(error.value)


def test_an_infinite_variance_is_told():
    with pytest.warns(ToysimWarning, match="dimension - 4; lower n_samples or set noise = 0"):
        exact = theory(n_samples=57)
    assert np.isfinite(float(exact["final_error"]))
    assert np.isnan(values(exact, "error_square")[:, 1:]).all()
    assert not bool(exact["valid"])
