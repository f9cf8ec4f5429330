"""Curricula: deterministic numbers, exact means against plain simulations, orders, refusals."""

import numpy as np
import pytest
from reference.curriculum import chain_of_tasks, denoiser, exposed_regression, perceptron, tokens

import toysim
from toysim.batch import Batch
from toysim.errors import ToysimError
from toysim.models.curriculum import ANGLES, DENOISING, LEARNING_PROGRESS, RELEVANCE, SPECTRAL
from toysim.models.curriculum.angles.theory import gradient_square
from toysim.models.curriculum.denoising.problem import KEPT, features, stages, variances
from toysim.models.curriculum.relevance.control import best_profile
from toysim.models.curriculum.relevance.shares import epochs, shares

MODELS = {m.id: m for m in (ANGLES, DENOISING, LEARNING_PROGRESS, RELEVANCE, SPECTRAL)}


def rows(model, side="theory", n=1, **fixed):
    model.validate(fixed)
    return model.load(side)(Batch(model, {}, fixed, np.arange(n), 0))


def meets(sample, exact, errors=5.0):
    """Whether the mean over runs lies within standard errors; 3 % off it must not, somewhere."""
    mean, error = sample.mean(axis=0), sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    near = (np.abs(mean - exact) <= errors * error + 1e-12).all()
    return near and (np.abs(mean - 1.03 * exact) > errors * error).any()


# Means at d = 20 by the recursion, written down from an independent program.
AT_20 = {
    "easy_first": (0.511831687, 0.128472039),
    "hard_first": (0.507201686, 0.170173338),
    "mixed": (0.509781435, 0.144639181),
}
# And of the differential equations: Q_r, Q_i, error on hard and on easy examples.
LIMIT = {
    "easy_first": (0.50017060, 0.08310988, 0.14111096, 0.07060086),
    "mixed": (0.49959548, 0.09681140, 0.14835601, 0.06978399),
    "hard_first": (0.49794348, 0.11999333, 0.15911767, 0.06737526),
    "hard": (0.50299194, 0.10810523, 0.15583407, 0.07446139),
    "ramp": (0.50016712, 0.08662101, 0.14310444, 0.07059595),
}


@pytest.mark.parametrize("order", AT_20)
def test_exact_means_at_twenty_inputs(order):
    start = {"easy_variance": 0.1, "start_relevant": 0.3, "start_irrelevant": 0.2}
    found = rows(RELEVANCE, n_relevant=4, n_irrelevant=16, order=order, **start)
    assert found["overlap"][0, -1] == pytest.approx(0.692613423, abs=0.6e-9)
    norms = [found[name][0, -1] for name in ("relevant_norm", "irrelevant_norm")]
    assert norms == pytest.approx(AT_20[order], abs=0.6e-9)


@pytest.mark.parametrize("order", LIMIT)
def test_limit_of_many_inputs(order):
    """At 10^6 inputs the recursion is the differential equation to 1e-6."""
    told = {"n_relevant": 200_000, "n_irrelevant": 800_000, "n_records": 1, "order": order}
    found = rows(RELEVANCE, **told)
    names = ("relevant_norm", "irrelevant_norm", "error_hard", "error_easy")
    assert [found[n][0, -1] for n in names] == pytest.approx(LIMIT[order], abs=2e-6)
    assert found["overlap"][0, -1] == pytest.approx(0.68990263, abs=2e-6)
    assert found["error_limit"][0, -1] == pytest.approx(LIMIT[order][2], abs=1e-8)


def test_limit_without_hard_examples():
    """Irrelevant weights stay 0, so that hard examples cost no more than easy ones."""
    told = {"n_relevant": 200_000, "n_irrelevant": 800_000, "n_records": 1, "order": "easy"}
    found = rows(RELEVANCE, **told)
    for name in ("error_hard", "error_easy", "error_limit"):
        assert found[name][0, -1] == pytest.approx(0.06632665, abs=2e-6), name


def test_error_at_hundred_inputs():
    start = {"easy_variance": 0.1, "start_relevant": 0.3, "start_irrelevant": 0.2}
    found = rows(RELEVANCE, n_relevant=20, n_irrelevant=80, **start)
    assert found["error_hard"][0, -1] == pytest.approx(0.166803361, abs=0.6e-9)


@pytest.mark.parametrize("side", ["theory", "simulate"])
def test_mean_of_explicit_weights(side):
    """Mixtures of difficulties average Delta and Delta^2 separately."""
    told = {"n_relevant": 3, "n_irrelevant": 5, "n_records": 1, "hard_share": 0.4}
    told |= {"easy_variance": 0.2, "start_relevant": 0.3, "start_irrelevant": 0.2, "order": "mixed"}
    found = rows(RELEVANCE, side, 1 if side == "theory" else 20_000, **told)
    rng = np.random.default_rng(0)
    hard = rng.random((200, 32)) < 0.4
    sample = np.concatenate(
        [
            perceptron(
                np.where(h, 1.0, 0.2), n_r=3, n_i=5, eta=0.5, q_r=0.3, q_i=0.2, runs=100, seed=k
            )
            for k, h in enumerate(hard)
        ]
    )[:, -1]
    for k, name in enumerate(("overlap", "relevant_norm", "irrelevant_norm")):
        assert meets(sample[:, k], found[name][:, -1].mean(), 6.0), name


def test_orders_show_their_share():
    p = RELEVANCE.validate({"order": "cyclical_size", "hard_share": 0.5})
    assert epochs(p)[:7] == [0.25, 0.5, 1.0, 0.5, 0.25, 0.5, 1.0]
    assert set(shares(p)) == {0.0, 0.5}
    for order in ("easy_first", "hard_first", "mixed", "cyclic", "ramp"):
        h = shares(RELEVANCE.validate({"order": order, "hard_share": 0.5}))
        assert h.mean() == pytest.approx(0.5, abs=1e-3), order
    given = shares(RELEVANCE.validate({"order": "profile", "profile": (0.0, 1.0, 0.5)}))
    np.testing.assert_array_equal(given[[0, 1333, 1334, 2666, 2667, 3999]], [0, 0, 1, 1, 0.5, 0.5])


def test_best_order():
    """Easy first at half the rate; at one a stretch of hard examples between easy ones."""
    easy = best_profile(RELEVANCE.validate({"learning_rate": 0.5}))
    np.testing.assert_allclose(easy, np.repeat([0.0, 1.0], 200), atol=0.02)
    mixed = best_profile(RELEVANCE.validate({"learning_rate": 1.0}))
    tenths = mixed.reshape(10, 40).mean(axis=1)
    np.testing.assert_allclose(tenths, [0, 0, 0, 1, 1, 1, 1, 0.7, 0.3, 0], atol=0.05)
    best = rows(RELEVANCE, learning_rate=1.0, order="optimal")["error_limit"][0, -1]
    assert best == pytest.approx(0.196205, abs=1e-4)


@pytest.mark.parametrize(
    ("rho", "alpha", "rate"),
    [(0.05, 2.0, 1.478), (0.2, 4.0, 0.609), (0.5, 8.0, 0.286), (0.8, 4.0, 0.449)],
)
def test_largest_rate_of_easy_first(rho, alpha, rate):
    """To the 800 segments that the numbers were made with."""
    sizes = {"n_relevant": round(1000 * rho), "n_irrelevant": round(1000 * (1 - rho))}
    sizes["examples_per_dimension"] = alpha
    found = toysim.landmark(RELEVANCE.id, "largest_rate_of_easy_first", **sizes)
    assert float(found) == pytest.approx(rate, rel=0.01)


@pytest.mark.parametrize(("rate", "switch"), [(0.5, 0.5), (1.0, 0.31), (1.9, 0.12)])
def test_switch_of_best_order(rate, switch):
    """Half easy first; sooner beyond the largest rate of easy first."""
    found = toysim.landmark(RELEVANCE.id, "switch_of_best_order", learning_rate=rate)
    assert float(found) == pytest.approx(switch, abs=0.02)


def test_order_does_not_matter_without_difficulty():
    found = toysim.landmark(RELEVANCE.id, "largest_rate_of_easy_first", hard_share=0.0)
    assert not found.valid


def test_teaching_times():
    found = rows(LEARNING_PROGRESS)
    assert found["episodes"][0] == pytest.approx(1352.253505, abs=1e-6)
    one = rows(LEARNING_PROGRESS, n_chain=1)["episodes"][0]
    assert one == pytest.approx(111.358025, abs=1e-6)
    late = rows(LEARNING_PROGRESS, teacher="random", n_episodes=7000, n_records=1)
    assert late["mastered_mean"][0, 0] == pytest.approx(4.088222748, abs=1e-9)
    many = [rows(LEARNING_PROGRESS, n_tasks=K)["speed_up"][0] for K in (20, 50, 100, 200)]
    np.testing.assert_allclose(many, [11.1, 22.6, 34.8, 47.5], atol=0.06)


@pytest.mark.parametrize("teacher", ["random", "progress"])
def test_teaching_times_are_those_of_teachers(teacher):
    sizes = {"K": 8, "K_l": 3, "m": 14, "u": 12, "eps": 0.3}
    sample = chain_of_tasks(**sizes, progress=teacher == "progress", runs=2000, seed=1)
    told = {"n_tasks": 8, "n_chain": 3, "capacity": 14, "unlock_at": 12, "exploration": 0.3}
    assert meets(sample, rows(LEARNING_PROGRESS, teacher=teacher, **told)["episodes"][0])


def test_mastered_tasks_are_those_of_runs():
    told = {"n_tasks": 4, "n_chain": 2, "unlock_at": 3, "capacity": 4, "n_episodes": 40}
    told |= {"n_records": 5, "teacher": "random"}
    drawn = rows(LEARNING_PROGRESS, "simulate", 4000, **told)["mastered"]
    assert meets(drawn, rows(LEARNING_PROGRESS, **told)["mastered_mean"][0])


SPECTRAL_32 = {
    "linear": (0.086086188, 0.029604221),
    "full": (0.018562413, 0.010687740),
    "three_stage": (0.195600789, 0.036397183),
}


@pytest.mark.parametrize("pacing", SPECTRAL_32)
def test_spectral_means(pacing):
    told = {"n_modes": 32, "noise_variance": 0.1, "batch_size": 4, "learning_rate": 0.3}
    told |= {"n_steps": 200, "n_records": 3, "stage_modes": (8, 20, 32), "pacing": pacing}
    loss = rows(SPECTRAL, **told)["loss"][0]
    assert loss == pytest.approx((1.130781259, *SPECTRAL_32[pacing]), abs=0.6e-9)


def test_spectral_means_are_those_of_samples():
    told = {"n_modes": 6, "batch_size": 2, "n_steps": 12, "modes_start": 2, "pacing": "linear"}
    exact = rows(SPECTRAL, n_records=13, **told)["loss"][0]
    i = np.arange(1.0, 7)
    exposed = np.rint(2 + 4 * np.arange(12) / 12).astype(int)
    data = {"h": 1 / i, "teacher": i**-0.25, "B": 2, "eta": 0.2, "s2": 0.01}
    assert meets(exposed_regression(exposed, **data, runs=20_000, seed=0)[:, 1:], exact[1:])


DENOISED = {"joint": 1.078673810, "easy_first": 1.080287863, "hard_first": 1.086867936}


@pytest.mark.parametrize("order", DENOISED)
def test_denoising_means(order):
    assert rows(DENOISING, order=order)["loss"][0, -1] == pytest.approx(DENOISED[order], abs=0.6e-9)


def test_relative_entropy_and_convergence_of_levels():
    entropy = rows(DENOISING, n_levels_used=1000)["relative_entropy"][0]
    assert entropy[[10, 500]] == pytest.approx((1.571277e-7, 6.875554e-7), rel=1e-6)
    alone = {"n_modes": 16, "n_features": 1, "learning_rate": 0.05, "n_levels_used": 1000}
    at = [5, 100, 400, 999]
    for power, steps in ((0.0, (48,) * 4), (1.0, (123, 101, 51, 48)), (2.0, (874, 273, 56, 48))):
        found = rows(DENOISING, power=power, **alone)["steps_to_1_percent"][0, at]
        np.testing.assert_array_equal(found, steps)


def test_denoising_mean_is_that_of_samples():
    told = {"n_modes": 2, "n_features": 2, "n_steps": 10, "n_levels_used": 20, "n_records": 1}
    exact = rows(DENOISING, order="easy_first", **told)["loss"][0, 0]
    p = DENOISING.validate({**told, "order": "easy_first"})
    rng, n, runs = np.random.default_rng(3), 0, 20_000
    drawn = np.empty((runs, 10), int)
    for stage in stages(p):
        drawn[:, n : stage.end] = rng.choice(stage.levels, (runs, stage.end - n))
        n = stage.end
    data = variances(p)
    theta = denoiser(drawn, kept=KEPT, data=data, K=2, eta=0.02, runs=runs, seed=0)
    used = stages(p)[-1].levels
    A = KEPT[used][:, None]
    weight = np.einsum("rik,lk->rli", theta, features(used, 2))
    losses = 0.5 * ((A * data + 1 - A) * weight**2 - 2 * np.sqrt(1 - A) * weight + 1)
    assert meets(losses.sum(axis=2).mean(axis=1), exact)


def test_angles():
    p = ANGLES.validate({})
    ones, fours = np.ones(2), np.full(2, 4.0)
    squares = gradient_square(np.array([0.3, 0.8]), p, ones, fours)
    assert squares == pytest.approx((0.188891602, 0.696191406), abs=0.6e-9)
    ends = {"low_first": (0.00173226, 0.64869221), "high_first": (0.00294245, 0.64309984)}
    for order, values in ends.items():
        found = rows(ANGLES, order=order)
        assert (found["along"][0, -1], found["across"][0, -1]) == pytest.approx(values, abs=1e-8)
    steps = [rows(ANGLES, order=o)["steps_to_80_percent"][0] for o in ends]
    assert steps == [12.0, 4.0]


def test_angles_are_those_of_tokens():
    told = {"dim": 4, "n_tokens": 3, "n_sequences": 6, "n_records": 7, "order": "low_first"}
    found = rows(ANGLES, **told)
    c = np.linspace(0.05, 0.95, 6)
    sample = tokens(c, d=4, m=3, eta=0.5, n2=0.04, p2=1.0, q=4.0, runs=60_000, seed=0)
    for k, name in enumerate(("gradient_square", "along", "across")):
        assert meets(sample[:, 1:, k], found[name][0, 1:6]), name


@pytest.mark.parametrize(
    ("model", "given", "told"),
    [
        (RELEVANCE, {"n_irrelevant": 1}, "the reduced chain needs at least 2 irrelevant inputs"),
        (RELEVANCE, {"order": "profile"}, "profile is empty: give shares between 0 and 1, one a"),
        (RELEVANCE, {"order": "profile", "profile": (0.5, 2.0)}, "shares are allowed from 0 to 1"),
        (RELEVANCE, {"easy_variance": 2.0}, "easy_variance = 2 exceeds hard_variance = 1: swap"),
        (RELEVANCE, {"size_factor": 1.5}, "sizes grow by 1/size_factor, allowed 0 < size_factor"),
        (RELEVANCE, {"size_start": 1.0, "size_end": 0.5}, "size_start = 1 exceeds size_end"),
        (LEARNING_PROGRESS, {"unlock_at": 80, "capacity": 75}, "no task would ever unlock the"),
        (LEARNING_PROGRESS, {"n_chain": 30}, "n_chain = 30 exceeds n_tasks = 20"),
        (SPECTRAL, {"pacing": "linear", "modes_start": 65}, "modes_start = 65 exceeds n_modes"),
        (SPECTRAL, {"pacing": "three_stage", "stage_modes": (1, 2)}, "give three rising numbers"),
        (DENOISING, {"n_clusters": 20, "n_levels_used": 10}, "give fewer clusters"),
        (ANGLES, {"concentration_low": 0.9, "concentration_high": 0.1}, "swap them"),
    ],
)
def test_bad_input(model, given, told):
    with pytest.raises(ToysimError, match=told.replace("(", r"\(")):
        model.validate(given)
