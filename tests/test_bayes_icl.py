"""Memorising and generalising in context: deterministic numbers, exact means, bounds, refusals."""

import math

import numpy as np
import pytest
from reference.bayes_icl import regression_losses, student_regret, urn_losses, walk_times

import toysim
from toysim.batch import Batch, Row
from toysim.errors import ToysimError
from toysim.models.bayes_icl import EVIDENCE, HIERARCHY, REGRESSION, STRATEGIES, URNS
from toysim.models.bayes_icl.evidence.problem import count_probabilities, log_ratios
from toysim.models.bayes_icl.exact_gain import exact_gain
from toysim.models.bayes_icl.information import (
    distinguishable_tasks,
    gain_upper,
    generaliser_losses,
    task_information,
)
from toysim.models.bayes_icl.regression.problem import inputs
from toysim.models.bayes_icl.regression.theory import mean_ridge, nearest_task

FOUR = {"urn_shares": (0.15, 0.35, 0.6, 0.9), "n_tasks": 4, "context_length": 20}


def rows(model, side="theory", n=1, **fixed):
    model.validate(fixed)
    return model.load(side)(Batch(model, {}, fixed, np.arange(n), 0))


def meets(sample, exact, errors=5.0, wrong=1.03):
    """Whether the mean over runs lies within standard errors; 3 % off it must not, somewhere."""
    mean, error = sample.mean(axis=0), sample.std(axis=0, ddof=1) / np.sqrt(len(sample))
    near = (np.abs(mean - exact) <= errors * error + 1e-12).all()
    return near and (np.abs(mean - wrong * exact) > errors * error).any()


@pytest.mark.parametrize(
    ("colours", "balls", "a", "tasks", "information"),
    [
        (2, 32, 1.0, 5.11030596, 1.359525308),
        (3, 32, 1.0, 17.0, 2.317358400),
        (6, 32, 1.0, 219.020219, 4.240522146),
        (8, 128, 1.0, 63856.0650, 9.233529910),
        (2, 32, 0.5, 5.532877081, 1.554581161),
    ],
)
def test_what_a_sequence_tells(colours, balls, a, tasks, information):
    assert distinguishable_tasks(colours, balls, a) == pytest.approx(tasks, rel=1e-8)
    assert task_information(colours, balls, a) == pytest.approx(information, abs=0.6e-9)


def test_both_formulas_of_distinguishable_tasks_agree():
    assert distinguishable_tasks(3, 20, 1.0 + 1e-12) == pytest.approx(
        distinguishable_tasks(3, 20, 1.0)
    )


def test_generaliser():
    assert generaliser_losses(2, 32, 1.0).mean() == pytest.approx(0.542485166, abs=0.6e-9)
    assert generaliser_losses(8, 128, 1.0).mean() == pytest.approx(1.789994095, abs=0.6e-9)


@pytest.mark.parametrize(
    ("tasks", "balls", "seen", "gain"),
    [
        (4, 32, True, 0.499151571),
        (16, 32, True, 0.132213640),
        (64, 32, True, 0.032490541),
        (4, 20, True, 0.388116568),
        (16, 20, False, -0.130079540),
    ],
)
def test_exact_mean_gain(tasks, balls, seen, gain):
    assert exact_gain(tasks, balls, seen) == pytest.approx(gain, abs=1.5e-9)


def test_bounds_meet_at_one_task():
    for size in ((2, 32, 1.0), (8, 128, 1.0)):
        assert gain_upper(1, *size) == pytest.approx(task_information(*size), abs=1e-9)
    assert gain_upper(256, 8, 128, 1.0) == pytest.approx(3.837, abs=0.01)


def test_four_urns():
    seen, fresh = rows(URNS, **FOUR), rows(URNS, evaluate_on="fresh", **FOUR)
    losses = [r[f"loss_{s}"].mean() for r in (seen, fresh) for s in ("generalising", "memorising")]
    assert losses == pytest.approx((0.570436428, 0.567504962, 0.557360441, 0.561090205), abs=1e-9)
    assert seen["gain"][0] == pytest.approx(0.058629317507, abs=1e-11)
    assert 20 * (losses[0] - losses[1]) == pytest.approx(seen["divergence"][0], abs=1e-12)


def test_losses_are_those_of_predictors():
    """Three colours, in turns of the definition, fresh tasks."""
    told = {"n_colours": 3, "n_tasks": 3, "context_length": 6, "urn_set": 4, "evaluate_on": "fresh"}
    exact = rows(URNS, **told)
    batch = Batch(URNS, {}, told, np.arange(1), 0)
    from toysim.models.bayes_icl.drawn_urns import Urns

    chances = Urns(batch).of(Row(batch, 0)).T
    own = np.random.default_rng(1).dirichlet(np.ones(3), 5000)
    sample = urn_losses(chances, C=6, a=1.0, own=own, n=5000, seed=0)
    assert meets(sample[:, :, 0], exact["loss_memorising"][0])
    assert meets(sample[:, :, 1], exact["loss_generalising"][0], wrong=1.1)


def test_gain_alone_is_of_the_same_draws():
    told = {"n_colours": 4, "n_tasks": 50, "context_length": 60, "n_sequences": 20}
    whole, alone = (rows(URNS, "simulate", by_context=b, **told) for b in (True, False))
    assert alone["gain"] == pytest.approx(whole["gain"], rel=1e-10)
    assert np.isnan(alone["loss_memorising"]).all()


def test_too_many_count_vectors_are_not_valid():
    found = rows(URNS, n_colours=8, context_length=128, urn_set=1)
    assert not found["valid"][0]


def test_transition_and_emergence():
    found = rows(STRATEGIES, **FOUR)
    assert found["emergence"][0] == pytest.approx(363.995055, abs=1e-6)
    assert found["transition"][0] == pytest.approx(539047.948, abs=1e-3)
    fresh = found["loss_fresh"][0]
    assert fresh[-1] == pytest.approx(0.561090, abs=1e-6)
    assert fresh.min() == pytest.approx(0.557360, abs=1e-6)


def test_transition_of_the_mean_gain():
    """The local exponent is the slope of the times."""
    ask = {"context_length": 32, "n_tasks": 64}
    exponent = float(toysim.landmark(STRATEGIES.id, "transition_exponent", **ask))
    at, double = (
        float(toysim.landmark(STRATEGIES.id, "memorising_time", **{**ask, "n_tasks": n}))
        for n in (64, 128)
    )
    assert np.log2(double / at) == pytest.approx(exponent, rel=2e-3)


def test_evidence():
    found = rows(EVIDENCE, **FOUR)
    assert found["switch_time"][0] == pytest.approx(1025.8052, abs=3e-4)
    assert found["overshoot"][0] == pytest.approx(0.142261, abs=2e-5)
    assert found["variance"][0] == pytest.approx(0.093120379, abs=0.6e-9)
    bracket = [found[f"switch_time_{end}"][0] for end in ("lower", "upper")]
    assert bracket == pytest.approx((1023.378790, 1035.997292), abs=1e-6)


def test_evidence_that_gains_nothing_is_not_valid():
    """One ball of urns that mirror each other tells nothing."""
    found = rows(EVIDENCE, urn_shares=(0.25, 0.75), n_tasks=2, context_length=1)
    assert not found["valid"][0]


@pytest.mark.parametrize(
    ("given", "told", "mended"),
    [
        ({"context_length": 1, "urn_shares": (0.25, 0.75)}, "raise context_length", 40),
        ({"context_length": 3, "urn_shares": (0.1, 0.8)}, "raise context_length", 40),
        ({"penalty": 0.1}, "raise it", 60.0),
        ({"penalty": 1e6}, "lower the penalty", 60.0),
    ],
)
def test_a_switch_time_that_theory_lacks_tells_the_remedy(given, told, mended):
    """And the remedy, followed, gives a time."""
    base = {"n_tasks": len(given.get("urn_shares", FOUR["urn_shares"]))}
    said = toysim.landmark(EVIDENCE.id, "switch_time", **(FOUR | given | base))
    assert told in str(said)
    remedy = {next(iter(given)): mended}
    assert float(toysim.landmark(EVIDENCE.id, "switch_time", **(FOUR | given | base | remedy))) > 0


def test_evidence_is_a_random_walk():
    p = EVIDENCE.validate(FOUR | {"penalty": 8.0})
    chances = np.array([p.urn_shares, 1 - np.array(p.urn_shares)])
    x, probability = log_ratios(p, chances), count_probabilities(p, chances)
    sample = walk_times(x, probability, penalty=8.0, runs=8000, seed=0)
    assert meets(sample, rows(EVIDENCE, penalty=8.0, **FOUR)["switch_time"][0])


def test_ridge_over_inputs():
    found = mean_ridge(8, 16, 0.25) / 0.25
    assert found[[4, 12, 15]] == pytest.approx((17.0653, 2.00084, 1.19208), abs=6e-5)
    assert np.isnan(found[8])


@pytest.mark.parametrize(("d", "distance"), [(3, 0.00526), (4, 0.0317), (5, 0.1029)])
def test_nearest_task(d, distance):
    assert nearest_task(d, 100_000) == pytest.approx(distance, rel=2e-3)


def test_regression_bounds():
    found = rows(REGRESSION, n_points=15, n_tasks=16_384)
    assert found["task_information"][0] == pytest.approx(15.015, abs=0.02)
    assert found["gain_lower"][0] == pytest.approx(5.311, abs=0.02)
    assert found["gain_upper"][0] == pytest.approx(5.39, abs=0.03)


def test_regression_is_that_of_predictors():
    """Ridge by its exact mean given the inputs; the memoriser side by side with a plain one."""
    told = {"dim": 3, "n_points": 5, "n_tasks": 6, "n_sequences": 400, "evaluate_on": "fresh"}
    row = Row(Batch(REGRESSION, {}, REGRESSION.defaults | told, np.arange(1), 0), 0)
    x = np.concatenate(list(inputs(row)))
    exact, drawn = rows(REGRESSION, **told), rows(REGRESSION, "simulate", 100, **told)
    rng, samples = np.random.default_rng(0), []
    for k in range(60):
        tasks, w = rng.standard_normal((6, 3)), rng.standard_normal((400, 3))
        samples.append(regression_losses(tasks, w, x, s2=0.25, seed=k).mean(axis=0))
    sample = np.array(samples)
    assert meets(sample[:, :, 1], exact["loss_generalising"][0], wrong=1.1)
    ours = drawn["loss_memorising"]
    error = np.hypot(ours.std(axis=0) / 10, sample[:, :, 0].std(axis=0) / np.sqrt(60))
    assert (np.abs(ours.mean(axis=0) - sample[:, :, 0].mean(axis=0)) < 5 * error).all()


def test_hierarchy():
    found = rows(HIERARCHY)
    losses = found["log_loss"][0, [0, 5, 100]]
    assert losses == pytest.approx((3.337877066, 2.594696381, 2.299174247), abs=0.6e-9)
    assert found["log_loss_oracle"][0, 0] == pytest.approx(2.274906579, abs=0.6e-9)
    risk = rows(HIERARCHY, mode="shots", n_episodes=3)["risk"][0, 3]
    assert risk == pytest.approx(0.418764302, abs=0.6e-9)


def test_hierarchy_is_that_of_textbook_updates():
    exact = rows(HIERARCHY, n_episodes=3)["regret"][0]
    sample = student_regret(p=2, nu0=5, k0=1.0, N=3, runs=2000, seed=0)
    error = sample.std(axis=0) / np.sqrt(2000)
    assert (np.abs(sample.mean(axis=0) - exact) < 5 * error).all()


@pytest.mark.parametrize(
    ("model", "given", "told"),
    [
        (HIERARCHY, {"dof": 3.0}, "the prior covariance has no mean, take dof > dim"),
        (URNS, {"urn_shares": (0.5,), "n_tasks": 1, "n_colours": 3}, "give n_colours = 2"),
        (URNS, {"urn_shares": (0.5, 0.2)}, "urn_shares has 2 urns, n_tasks = 16"),
        (EVIDENCE, {"urn_shares": (0.5, 1.0), "n_tasks": 2}, "give each above 0 and below 1"),
        (STRATEGIES, {"training_start": 100.0, "training_stop": 10.0}, "give an earlier start"),
    ],
)
def test_bad_input(model, given, told):
    with pytest.raises(ToysimError, match=told):
        model.validate(given)


@pytest.mark.parametrize("a", [0.01, 0.0155, 0.5])
def test_a_fresh_urn_at_a_small_concentration_is_nearly_one_coloured(a):
    """The second ball of two colours has the first one's with chance (1 + a)/(1 + 2 a); derived."""
    given = {"concentration": a, "n_tasks": 1, "n_colours": 2, "context_length": 2}
    runs = toysim.run("bayes_icl.urns", replicas=400, evaluate_on="fresh", **given)
    loss = runs["loss_generalising"].isel(context=1)
    same = (1.0 + a) / (1.0 + 2.0 * a)
    exact = -same * math.log(same) - (1.0 - same) * math.log(1.0 - same)
    error = float(loss.std("replica")) / math.sqrt(400)
    assert abs(float(loss.mean("replica")) - exact) < 5.0 * error
    assert error < 0.1 * exact
