"""Family drift: known numbers, limits, and plain runs of ``reference/drift.py``."""

import itertools

import numpy as np
import pytest
from reference import drift as written

import toysim
from toysim.errors import ToysimError
from toysim.models.drift.tracking.bayes import first_belief, moved, seen
from toysim.models.drift.tracking.problem import Tracker

Z = 5.0


def scale(name, **parameters):
    fixed = {"dimension": 10_000, "n_records": 1, **parameters}
    return float(toysim.theory("drift.scale_invariant", **fixed)[name].values.ravel()[-1])


def tracking(name, **parameters):
    fixed = {"n_records": 1, **parameters}
    return float(toysim.theory("drift.tracking", **fixed)[name].values.ravel()[-1])


def mark(model, name, **parameters):
    return float(toysim.landmark(f"drift.{model}", name, **parameters))


def agrees(draws, theory, bound=0.0):
    draws = np.asarray(draws)
    error = draws.std(ddof=1) / np.sqrt(len(draws))
    assert abs(draws.mean() - theory) <= Z * error + bound
    assert Z * error + bound < 0.2 * abs(theory)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"drift": 0.1}, (0.74328049, 0.17610489)),
        ({"drift": 0.1, "decay": 0.2}, (0.83574980, 0.83153050)),
        (
            {"rate": 100.0, "decay": 0.05, "decay_kind": "independent", "duration": 40.0},
            (0.95496024, 0.54225212),
        ),
        ({"norm": "project", "drift": 0.1, "duration": 5.0}, (0.81454082, 1.0)),
    ],
)
def test_limit_numbers(parameters, expected):
    found = [scale(name, **parameters) for name in ("overlap", "effective_rate")]
    np.testing.assert_allclose(found, expected, atol=5e-9)


def test_best_rate_and_overlap():
    marks = [mark("scale_invariant", n, drift=0.1) for n in ("best_rate", "best_overlap")]
    np.testing.assert_allclose(marks, (0.59986294, 0.84709527), atol=5e-9)
    ends = [
        scale("overlap", norm="project", rate=rate * marks[0], drift=0.1, duration=200.0)
        for rate in (0.97, 1.0, 1.03)
    ]
    assert max(ends) == ends[1]
    assert mark("scale_invariant", "best_overlap", drift=0.1, noise=0.0) > marks[1]


def test_the_rate_falls_whatever_it_was_and_tasks_are_lost():
    ends = [scale("excess_loss", rate=r, duration=40.0) for r in (1.0, 10.0, 1000.0)]
    np.testing.assert_allclose(ends, (0.01287, 0.01351, 0.01353), atol=6e-6)
    tasks = toysim.theory(
        "drift.scale_invariant", dimension=10_000, duration=100.0, task_length=5.0
    )["task_end_overlap"].values.ravel()
    np.testing.assert_allclose(
        tasks[[0, 1, 4, 9, 19]], (0.923, 0.803, 0.550, 0.382, 0.262), atol=6e-4
    )


def test_schedules_at_a_target_at_rest():
    fixed = {"duration": 1000.0}
    ends = [
        scale("excess_loss", **fixed, norm="project"),
        scale("excess_loss", **fixed),
        scale("excess_loss", **fixed, norm="project", schedule="greedy"),
    ]
    np.testing.assert_allclose(ends, (1.0 / 9.0, 0.002794, 0.000126), atol=6e-7)


@pytest.mark.parametrize(
    "given", [{}, {"project": True, "delta": 0.3}, {"kappa": 0.3, "delta": 0.1}]
)
def test_vectors_written_out(given):
    rng, d, tau = np.random.default_rng(3), 40, 2
    ends = np.array(
        [written.scale_invariant(rng, d, 1.0, 0.25, d * tau, **given) for _ in range(300)]
    )
    names = {
        "project": ("norm", "project"),
        "kappa": ("decay", 0.3),
        "delta": ("drift", given.get("delta")),
    }
    parameters = dict(names[k] for k in given)
    for k, name in enumerate(("overlap", "effective_rate")):
        if ends[:, k].std() > 1e-9:
            agrees(ends[:, k], scale(name, duration=float(tau), **parameters), 1.5 / d)


@pytest.mark.parametrize(
    ("given", "valid"),
    [
        ({"rate": 1.4}, True),
        ({"rate": 1.4, "norm": "project"}, True),
        ({"rate": 4.0}, True),  # has fallen by the records
        ({"rate": 4.0, "n_records": 100}, False),  # 8/d in the first updates
        ({"rate": 4.0, "norm": "project"}, False),  # 6/d, projected
    ],
)
def test_strong_rates_leave_the_law(given, valid):
    """Where theory says it is valid the mean of runs is within 1.5/d; not so at the others."""
    fixed = {"dimension": 200, "duration": 2.0, "n_records": 3, "replicas": 4000} | given
    tree = toysim.sweep("drift.scale_invariant", noise=[0.25], **fixed)
    assert bool(tree["theory"]["valid"].all()) is valid
    off = []
    for name in ("overlap", "effective_rate"):
        draws, exact = (tree[side][name].values[0] for side in ("simulation", "theory"))
        error = Z * draws.std(axis=0) / np.sqrt(len(draws))
        off += [np.abs(draws.mean(axis=0) - exact) - error]
    assert bool(np.max(off) < 1.5 / 200) is valid


def test_chain_and_vectors_are_one_learner():
    """Means of both at d = 30, exact for both, with decay, drift and new tasks."""
    fixed = {"dimension": 30, "duration": 3.0, "n_records": 2, "drift": 0.4, "task_length": 1.5}
    runs = toysim.sweep(
        "drift.scale_invariant", explicit=[False, True], decay=0.3, replicas=4000, **fixed
    )["simulation"].to_dataset()
    for name in ("overlap", "effective_rate", "task_end_overlap"):
        values = runs[name].values
        n = values.shape[1]
        error = np.sqrt((values.var(axis=1) / n).sum(axis=0)) + 1e-12
        assert (np.abs(values[0].mean(axis=0) - values[1].mean(axis=0)) < Z * error).all(), name


def test_plain_learner_is_exact_and_diverges_above_its_limit():
    rng = np.random.default_rng(4)
    draws = [written.plain(rng, 10, 1.2, 0.25, 40) for _ in range(4000)]
    theory = scale("excess_loss", normalised=False, dimension=10, rate=1.2, duration=4.0)
    agrees(draws, theory)
    limit = mark("scale_invariant", "plain_stable_rate", dimension=10)
    plain = {"normalised": False, "dimension": 10, "noise": 0.0, "duration": 50.0}
    assert scale("excess_loss", rate=0.99 * limit, **plain) < 0.5
    assert scale("excess_loss", rate=1.01 * limit, **plain) > 0.5


def test_the_filter_is_the_mean_over_all_times_of_jumps():
    """Against every pattern of jumps, each with the Gaussian law of what was seen."""
    p, variance, s2, n = 0.2, 4.0, 1.5, 8
    y = np.random.default_rng(0).normal(0.0, 2.0, n)
    row = Tracker(False, (p, p), variance, s2, False, True, 0.1, 1, n, 0)
    belief, count = first_belief(row)
    for t in range(n):
        found, _, count = seen(belief, moved(row, belief, count, p), y[t], s2)
    total = mean = 0.0
    for jumps in itertools.product((0, 1), repeat=n):
        part = np.cumsum(jumps)
        prior = p ** sum(jumps) * (1.0 - p) ** (n - sum(jumps))
        theta = variance * np.equal.outer(part, part)
        inner = np.linalg.solve(theta + s2 * np.eye(n), y)
        weight = prior * np.exp(-0.5 * y @ inner)
        weight /= np.sqrt(np.linalg.det(theta + s2 * np.eye(n)))
        total, mean = total + weight, mean + weight * theta[-1] @ inner
    assert found == pytest.approx(mean / total, rel=1e-10)


def test_nothing_beats_the_filter():
    """Of a walk it is Kalman's; of jumps its error is below that of the best regulated gain."""
    runs = toysim.run("drift.tracking", rule="bayes", replicas=20)
    agrees(runs["mean_square_error"].values, tracking("mean_square_error", rule="bayes"))
    assert tracking("mean_gain", rule="bayes") == pytest.approx(mark("tracking", "best_gain"))
    for p, floor, regulated in ((0.01, 0.089, 0.225), (0.1, 0.382, 0.550)):
        fixed = {"target": "switch", "switch_probability": p, "replicas": 20}
        runs = toysim.run("drift.tracking", rule="bayes", **fixed)["mean_square_error"].values
        agrees(runs, floor, 0.001)
        assert runs.max() < regulated


def test_tracking_numbers():
    np.testing.assert_allclose(mark("tracking", "best_gain"), 0.09512492, atol=5e-9)
    np.testing.assert_allclose(mark("tracking", "least_error"), 0.09512492, atol=5e-9)
    np.testing.assert_allclose(tracking("square_error", gain=0.2), 0.12888889, atol=5e-9)
    regulated = tracking("regulated_error", rule="regulated", memory=0.003)
    np.testing.assert_allclose(regulated - mark("tracking", "least_error"), 0.0149813, atol=5e-8)
    unturned = tracking("regulated_error", rule="regulated", memory=0.003, seasons=100_000)
    assert unturned == regulated, "a first season longer than the run is the run"
    turned = tracking("regulated_error", rule="regulated", memory=0.003, seasons=100)
    assert np.isnan(turned), "the law is of a steady walk"
    jumps = {"target": "switch", "switch_probability": 0.01, "switch_variance": 10.0}
    np.testing.assert_allclose(mark("tracking", "best_gain", **jumps), 0.353657, atol=6e-7)
    np.testing.assert_allclose(mark("tracking", "least_error", **jumps), 0.35573867, atol=5e-9)
    np.testing.assert_allclose(tracking("square_error", gain=0.3, **jumps), 0.36424602, atol=5e-9)


def test_a_gain_of_one_over_t_falls_behind_a_walk():
    n = 100_000
    error = tracking("square_error", rule="decaying", n_steps=n, drift=0.01)
    np.testing.assert_allclose(error, 0.01 * n / 3.0, rtol=1e-3)


@pytest.mark.parametrize("jumps", [False, True])
def test_targets_written_out(jumps):
    rng, n, gains = np.random.default_rng(5), 100_000, np.full(12, 0.3)
    if jumps:
        draws = written.tracked(rng, n, 12, 0.5, gains, p=0.1, v=3.0)
        fixed = {"target": "switch", "switch_probability": 0.1, "switch_variance": 3.0}
    else:
        draws = written.tracked(rng, n, 12, 0.5, gains, q=0.2)
        fixed = {"drift": 0.2}
    agrees(draws, tracking("square_error", n_steps=12, burn_in=0, noise=0.5, gain=0.3, **fixed))


def test_the_regulator_finds_the_best_gain_and_pays_its_price():
    fixed = {"rule": "regulated", "drift": 0.1, "memory": 0.003, "n_steps": 40_000, "replicas": 200}
    found = toysim.sweep("drift.tracking", gain=[0.3], **fixed)["simulation"].to_dataset()
    best = mark("tracking", "best_gain", drift=0.1)
    np.testing.assert_allclose(found["mean_gain"].mean(), best, rtol=0.01)
    np.testing.assert_allclose(found["gain_variance"].mean(), 0.003 * (1 - best) ** 2, rtol=0.06)
    price = found["mean_square_error"].mean() - mark("tracking", "least_error", drift=0.1)
    law = mark("tracking", "regulation_price", drift=0.1, memory=0.003)
    error = float(found["mean_square_error"].std() / np.sqrt(200))
    assert abs(price - law) < Z * error + 0.05 * law


@pytest.mark.parametrize(
    ("model", "parameters", "told"),
    [
        ("scale_invariant", {"schedule": "greedy"}, "needs norm = 'project'"),
        ("scale_invariant", {"normalised": False, "drift": 0.1}, "for normalised = true"),
        ("scale_invariant", {"drift": 100.0}, "below d/2 = 100"),
        ("scale_invariant", {"decay": 300.0}, "takes all of the weights"),
        ("tracking", {"rule": "regulated", "gain": 1.0}, "take gain < 1"),
        ("tracking", {"burn_in": 20_000}, "below n_steps"),
        (
            "tracking",
            {"target": "switch", "seasons": 5, "season_factor": 1000.0},
            "at most 1/switch_probability",
        ),
    ],
)
def test_bad_input_is_one_clear_line(model, parameters, told):
    with pytest.raises(ToysimError, match=told) as error:
        toysim.run(f"drift.{model}", **parameters)
    assert "\n" not in str(error.value)


def test_landmarks_say_why_there_is_none():
    assert "give a drift" in str(toysim.landmark("drift.scale_invariant", "best_rate"))
    assert "give drift > 0" in str(toysim.landmark("drift.tracking", "best_gain", drift=0.0))
    assert "slow ones" in str(toysim.landmark("drift.tracking", "regulation_price", memory=0.5))


def test_the_filter_without_noise_goes_all_the_way():
    """Its gain is 1 to all digits; it was 0, of a variance that rounded to 0."""
    run = toysim.run("drift.tracking", rule="bayes", noise=1e-100, seed=1)
    np.testing.assert_allclose(float(run["mean_gain"]), 1.0, rtol=1e-12)
