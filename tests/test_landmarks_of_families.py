"""Stability limits, floors and plateaus by another way than the landmark's own."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom

import toysim
from toysim.models.curriculum.denoising.problem import KEPT, features, levels, variances
from toysim.registry import load_model


def value(model, name, **fixed):
    return float(toysim.landmark(model, name, **fixed))


def at_one(radius, rate):
    """A radius leaves 1 at the rate: it is below 1 just before and above just after."""
    assert radius(rate * (1.0 - 1e-6)) < 1.0 < radius(rate * (1.0 + 1e-6))


def plain_radius(h, batch):
    """Of q_i <- q_i (1 - 2 a + a^2 (1 + 1/B)) + (eta^2/B) h_i sum_j h_j q_j, a = eta h_i."""

    def radius(eta):
        a = eta * h
        own = np.diag(1.0 - 2.0 * a + a * a * (1.0 + 1.0 / batch))
        return np.abs(np.linalg.eigvals(own + eta**2 / batch * np.outer(h, h))).max()

    return radius


PLAIN = [
    ("curriculum.spectral", "stable_rate", {"n_modes": 9, "batch_size": 3}, 1.0, 3),
    ("continual.sample_order", "stable_rate", {"dimension": 9, "spectrum": 0.7}, 0.7, 1),
    ("scheduled_sgd.staged", "mean_square_stable_rate", {"n_modes": 9, "batch_size": 4}, 1.5, 4),
    ("scheduled_sgd.mixture", "mean_square_stable_rate", {"n_modes": 9, "batch_size": 2}, 1.5, 2),
    ("scaling.repeated_sgd", "fresh_stable_rate", {"n_modes": 9}, 1.5, 1),
]


@pytest.mark.parametrize(("model", "name", "fixed", "power", "batch"), PLAIN)
def test_least_squares(model, name, fixed, power, batch):
    h = np.arange(1.0, 10.0) ** -power
    at_one(plain_radius(h, batch), value(model, name, **fixed))


def test_one_pass_over_equal_variances():
    limit = value("continual.sample_order", "stable_rate", dimension=10, spectrum=0.0)
    assert limit == pytest.approx(2.0 / 12.0, rel=1e-12)


def test_sources_with_other_inputs_have_none():
    found = toysim.landmark("scheduled_sgd.mixture", "mean_square_stable_rate", input_shift=0.5)
    assert not found.valid


@pytest.mark.parametrize("c", [0.05, 0.95])
def test_concentrated_sequences(c):
    """The loss of many equal sequences without noise ends below its start, or above it."""
    limit = value("curriculum.angles", "stable_rate", concentration_high=c)
    alike = {"concentration_low": c, "concentration_high": c, "noise_variance": 0.0}
    for share, grows in ((0.99, False), (1.01, True)):
        rate = share * limit
        found = toysim.theory(
            "curriculum.angles", **alike, learning_rate=rate, n_sequences=4000, n_records=2
        )
        first, last = found.loss.values.ravel()[[0, -1]]
        assert (last > first) == grows


@pytest.mark.parametrize("order", ["joint", "one_level"])
def test_denoisers(order):
    """M <- M - eta v (pM + Mp) + 3 eta^2 v^2 pMp, mean over levels, by basis matrices."""
    fixed = {
        "order": order,
        "n_modes": 3,
        "n_features": 3,
        "n_levels_used": 7,
        "trained_level": 300,
    }
    p = load_model("curriculum.denoising").validate(fixed)
    t = np.array([p.trained_level]) if order == "one_level" else levels(p)
    phi = features(t, 3)
    v = variances(p)[:, None] * KEPT[t] + 1.0 - KEPT[t]

    def radius(eta):
        largest = 0.0
        for mode in range(3):
            columns = []
            for basis in np.eye(9).reshape(9, 3, 3):
                moved = np.zeros((3, 3))
                for k in range(len(t)):
                    P, by = np.outer(phi[k], phi[k]), v[mode, k]
                    moved += basis - eta * by * (P @ basis + basis @ P)
                    moved += 3.0 * eta**2 * by**2 * P @ basis @ P
                columns.append(moved.ravel() / len(t))
            largest = max(largest, np.abs(np.linalg.eigvals(np.array(columns).T)).max())
        return largest

    limit = value("curriculum.denoising", "stable_rate", **fixed)
    assert radius(limit * (1.0 - 1e-6)) <= 1.0 + 1e-12
    assert radius(limit * (1.0 + 1e-6)) > 1.0 + 1e-8


def test_the_bounce_across_a_valley():
    limit = value("oscillation.river_valley", "stable_rate", curvature=0.3)
    fixed = {"curvature": 0.3, "noise": 0.0, "schedule": "constant"}
    for share, grows in ((0.999, False), (1.001, True)):
        found = toysim.theory("oscillation.river_valley", **fixed, learning_rate=share * limit)
        assert (float(found.final_hill_loss) > 0.5 * 0.3) == grows


@pytest.mark.parametrize("depth", [2, 3])
def test_networks_at_their_end(depth):
    fixed = {"depth": depth, "levels": 2}
    end = toysim.theory("deep_linear.network", **fixed, n_pathways=1, duration=200.0)
    limit = value("deep_linear.network", "stable_step", **fixed)
    assert limit == pytest.approx(2.0 / float(end.sharpness), rel=1e-9)
    assert not toysim.landmark("deep_linear.network", "stable_step", nonlinearity="tanh").valid


def test_completion_is_no_sharper_than_its_bound():
    fixed = {"size": 6, "n_observed": 36, "n_observed_before": 36, "depth": 2}
    more = {"rank": 1, "rank_before": 1, "switch_times": (0.0,), "duration_after": 400.0}
    end = toysim.run("deep_linear.completion", **fixed, **more, step=0.1)
    limit = value("deep_linear.completion", "safe_step", **fixed)
    measured = 2.0 / end.sharpness.values.ravel()[-1]
    assert limit == pytest.approx(measured, rel=1e-6)  # rank 1, all observed: the bound is reached


@pytest.mark.parametrize("a", [0.5, 1.0, 2.0])
def test_urns_that_can_be_told_apart(a):
    """sum_k E P(k | p)^2/E P(k | p) of two colours, by quadrature over p."""
    C = 6
    law = beta(a, a)

    def mean(k, power):
        return quad(lambda p: binom.pmf(k, C, p) ** power * law.pdf(p), 0.0, 1.0, epsabs=1e-12)[0]

    expected = sum(mean(k, 2) / mean(k, 1) for k in range(C + 1))
    found = value("bayes_icl.urns", "distinguishable_tasks", context_length=C, concentration=a)
    assert found == pytest.approx(expected, rel=1e-7)


def test_the_risk_that_is_left():
    fixed = {"mode": "shots", "shots": 3}
    late = toysim.theory("bayes_icl.hierarchy", **fixed, n_episodes=20_000).risk.values.ravel()[-1]
    floor = value("bayes_icl.hierarchy", "risk_floor", shots=3)
    assert floor < late < floor * (1.0 + 1e-3)


def test_late_errors_of_message_passing():
    """Gyorgyi and Tishby's 0.442 over alpha."""
    constant = value("teacher_student.message_passing", "late_constant")
    assert constant == pytest.approx(0.442, abs=5e-4)
    for alpha in (20.0, 80.0):
        error = float(
            toysim.theory("teacher_student.message_passing", sample_ratio=alpha).bayes_error
        )
        assert error * alpha == pytest.approx(constant, rel=1.0 / alpha)
    noisy = toysim.landmark("teacher_student.message_passing", "late_constant", flip=0.1)
    assert not noisy.valid


@pytest.mark.parametrize("model", ["induction_head.head", "induction_head.network"])
def test_accuracies_of_guesses(model):
    """A label at random, and one of a context in which each of N/B labels stands B times."""
    context = np.repeat(np.arange(4), 2)
    found = value(model, "plateau_accuracy", n_pairs=8, burst=2)
    assert found == np.mean(context == context[0])
    assert value(model, "chance_accuracy", n_labels=32) == np.mean(np.arange(32) == 5)
