"""Teachers, modes, noise levels, angles, evidence and episodes beside array code for all runs at
once, in NumPy and compiled by JAX.

Every side draws numbers of its own, so that results are equal in the mean over replicas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from benchmarks.arrays import in_jax, in_numpy
from benchmarks.bench import Peer, Row, equal_means
from benchmarks.sides import Engine, batch_of, sweep_of
from scipy.special import gammaln

from toysim.batch import Row as Cell
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.models.bayes_icl.evidence.problem import count_probabilities, log_ratios
from toysim.models.curriculum.denoising.problem import KEPT, features, levels, variances
from toysim.models.curriculum.spectral.problem import modes


def rows(tiny: bool) -> Iterator[Row]:
    few = 5 if tiny else 100
    steps, T = 20 if tiny else 300, 10 if tiny else 400
    one = {"n_records": 1}
    for K in (20,) if tiny else (20, 100):
        fixed = one | {"n_tasks": K, "n_episodes": 1, "teacher": "progress"}
        yield _row(f"teacher of {K} tasks", "run", 1, "learning_progress", fixed, few, teaching)
    fixed = one | {"n_steps": steps, "pacing": "full"}
    yield _row("spectral SGD: modes 64", "update", steps, "spectral", fixed, few, spectral)
    fixed = one | {"n_steps": T, "order": "joint", "learning_rate": 0.01}
    yield _row("denoising", "update", T, "denoising", fixed, few, denoising)
    yield _row("angles", "update", 60, "angles", one, few, angles)
    yield _row("evidence of urns", "run", 1, "evidence", {"n_tasks": 16}, few, evidence)
    yield _row("episodes of tasks", "episode", 100, "hierarchy", {}, few, episodes)


def _row(
    name: str,
    unit: str,
    units: int,
    model: str,
    fixed: dict[str, Any],
    replicas: int,
    outputs: Callable[..., dict[str, Any]],
) -> Row:
    family = "bayes_icl" if model in ("evidence", "hierarchy") else "curriculum"
    sweep = sweep_of(f"{family}.{model}", fixed)
    given = (outputs, sweep, replicas)
    return Row(
        name,
        unit,
        units * replicas,
        lambda: Engine(sweep, replicas=replicas),
        {"NumPy": Peer(partial(in_numpy, *given)), "JAX": Peer(partial(in_jax, *given))},
        equal_means(6.0),
    )


def teaching(of: Any, sweep: Any, runs: int) -> dict[str, Any]:
    """Episodes until the chain is mastered, by absolute learning progress."""
    np_, p = of.np, sweep.parameters
    K, chain, task = p.n_tasks, p.n_chain, np.arange(p.n_tasks)

    def going(state: Any) -> Any:
        return np_.any(state[3] < 0)

    def episode(of: Any, t: Any, state: Any) -> Any:
        competence, alp, last, ended = state
        total = np_.sum(alp, axis=1)
        u = of.uniform(3, runs)
        follows = (u[0] >= p.exploration) & (total > 0.0)
        by_alp = np_.sum(np_.cumsum(alp, axis=1) <= (u[1] * total)[:, None], axis=1)
        k = np_.where(follows, np_.minimum(by_alp, K - 1), (u[2] * K).astype(int))
        hit = task == k[:, None]
        before = np_.concatenate([np_.full((runs, 1), p.unlock_at), competence[:, :-1]], axis=1)
        grows = hit & (before >= p.unlock_at) & (competence < p.capacity) & (task < chain)
        competence = competence + grows
        # In visits: with shares of the capacity, fused arithmetic finds progress in rounding.
        alp = np_.where(hit, np_.abs(competence - last), alp)
        done = np_.all(competence[:, :chain] >= p.unlock_at, axis=1) & (ended < 0)
        return competence, alp, np_.where(hit, competence, last), np_.where(done, t + 1, ended)

    empty = np_.zeros((runs, K))
    ended = of.until(going, episode, (empty, empty, empty, np_.full(runs, -1)))[3]
    return {"episodes": ended}


def spectral(of: Any, sweep: Any, runs: int) -> dict[str, Any]:
    """All modes shown; minibatches of inputs (runs, B, d)."""
    np_, p = of.np, sweep.parameters
    (h, teacher), B = modes(p), p.batch_size

    def update(of: Any, _: Any, w: Any) -> Any:
        x = of.normal(runs, B, p.n_modes) * h**0.5
        noise = p.noise_variance**0.5 * of.normal(runs, B, 1)
        residual = x @ (w - teacher)[:, :, None] - noise
        return w - p.learning_rate / B * (x.swapaxes(1, 2) @ residual)[:, :, 0]

    away = of.loop(p.n_steps, update, np_.zeros((runs, p.n_modes))) - teacher
    return {"loss": 0.5 * np_.sum(h * away**2, axis=1)[:, None], "mode_error": away**2}


def denoising(of: Any, sweep: Any, runs: int) -> dict[str, Any]:
    """A sample at a level of its own for every run."""
    np_, p = of.np, sweep.parameters
    used, data = levels(p), variances(p)
    kept = np_.asarray(KEPT[used])
    phi = np_.asarray(features(used, p.n_features))

    def update(of: Any, _: Any, theta: Any) -> Any:
        t = (of.uniform(runs) * len(used)).astype(int)
        eps, z = of.normal(2, runs, p.n_modes)
        a = kept[t][:, None]
        x = np_.sqrt(a * data) * z + np_.sqrt(1.0 - a) * eps
        weight = (theta @ phi[t][:, :, None])[:, :, 0]
        step = p.learning_rate * (weight * x - eps) * x
        return theta - step[:, :, None] * phi[t][:, None]

    theta = of.loop(p.n_steps, update, np_.zeros((runs, p.n_modes, p.n_features)))
    weight = theta @ phi.T
    v = data[:, None] * kept + 1.0 - kept
    each = 0.5 * (v * weight**2 + 1.0) - np_.sqrt(1.0 - kept) * weight
    losses = np_.sum(each, axis=1)
    return {"loss": losses.mean(axis=1)[:, None], "loss_level": losses}


def angles(of: Any, sweep: Any, runs: int) -> dict[str, Any]:
    """Sequences of tokens about a common direction, the first coordinate."""
    np_, p = of.np, sweep.parameters
    rising = np.linspace(p.concentration_low, p.concentration_high, p.n_sequences)
    c = np_.asarray(rising[::-1])
    first = np.eye(p.dim)[0]

    def update(of: Any, t: Any, state: Any) -> Any:
        theta, _ = state
        x = np_.sqrt((1.0 - c[t]) / p.dim) * of.normal(runs, p.n_tokens, p.dim)
        x = x + np_.sqrt(c[t]) * first
        noise = p.noise_variance**0.5 * of.normal(runs, p.n_tokens)
        residual = np_.sum(x * theta[:, None], axis=2) - noise
        g = np_.mean(x * residual[:, :, None], axis=1)
        return theta - p.learning_rate * g, g

    start = np.sqrt(p.start_along) * first + np.sqrt(p.start_across) * np.eye(p.dim)[1]
    start = np_.zeros((runs, p.dim)) + start
    theta, g = of.loop(p.n_sequences, update, (start, 0.0 * start))
    along, across = theta[:, 0] ** 2, np_.sum(theta[:, 1:] ** 2, axis=1)
    found = {"along": along, "across": across, "gradient_square": np_.sum(g * g, axis=1)}
    s = (1.0 - rising) / p.dim
    found["loss"] = 0.5 * ((rising + s).mean() * along + s.mean() * across)
    return {name: values[:, None] for name, values in found.items()}


def evidence(of: Any, sweep: Any, runs: int) -> dict[str, Any]:
    """Increments by the inverse of their distribution, all runs until the last has switched."""
    np_, p = of.np, sweep.parameters
    batch = batch_of(sweep)
    chances = Urns(batch).of(Cell(batch, 0))
    x = np_.asarray(log_ratios(p, chances))
    cumulated = np_.asarray(np.cumsum(count_probabilities(p, chances)))

    def going(state: Any) -> Any:
        return np_.any(state[1] < 0)

    def sequence(of: Any, t: Any, state: Any) -> Any:
        total, ended, over = state
        k = np_.searchsorted(cumulated, of.uniform(runs), side="right")
        total = total + x[np_.minimum(k, len(x) - 1)]
        done = (total >= p.penalty) & (ended < 0)
        return total, np_.where(done, t + 1, ended), np_.where(done, total - p.penalty, over)

    start = np_.zeros(runs), np_.full(runs, -1), np_.zeros(runs)
    _, ended, over = of.until(going, sequence, start)
    return {"switch_time": ended, "overshoot": over}


def episodes(of: Any, sweep: Any, runs: int) -> dict[str, Any]:
    """Student's predictive law after all numbers of tasks at once, from sums of the tasks."""
    np_, p = of.np, sweep.parameters
    N, d, diagonal = p.n_episodes, p.dim, p.dof - p.dim - 1.0
    lower = np_.tril(of.normal(runs, d, d), -1)
    freedom = p.dof - np.arange(d)
    lower = lower + np_.sqrt(of.chi_squared(freedom, runs))[:, :, None] * np.eye(d)
    spread = np_.linalg.inv(lower) * diagonal**0.5
    mean = (of.normal(runs, 1, d) @ spread) / p.strength**0.5
    tasks = mean + of.normal(runs, N, d) @ spread
    z = of.normal(runs, N + 1, p.n_tests, d)
    new = mean[:, None] + z @ spread[:, None]
    n = np.arange(N + 1.0)
    nu, k = p.dof + n - d + 1.0, p.strength + n
    none = np_.zeros((runs, 1, d))
    total = np_.concatenate([none, np_.cumsum(tasks, axis=1)], axis=1)
    outer = np_.cumsum(tasks[..., None] * tasks[:, :, None], axis=1)
    square = np_.concatenate([np_.zeros((runs, 1, d, d)), outer], axis=1)
    middle = total / k[:, None]
    scale = square - middle[..., None] * total[:, :, None] + diagonal * np.eye(d)
    away = new - middle[:, :, None]
    across = np_.sum(away * np_.linalg.solve(scale, away.swapaxes(2, 3)).swapaxes(2, 3), axis=3)
    tail = np_.log1p(across * (k / (k + 1.0))[:, None]).mean(axis=2)
    constant = 0.5 * d * np.log((k + 1.0) / k * np.pi) + gammaln(0.5 * nu) - gammaln(0.5 * (nu + d))
    log_loss = constant + 0.5 * np_.linalg.slogdet(scale)[1] + 0.5 * (nu + d) * tail
    log_det = 2.0 * np_.sum(np_.log(np_.abs(np_.diagonal(spread, axis1=1, axis2=2))), axis=1)
    log_det = log_det + d * np.log(2.0 * np.pi)
    oracle = 0.5 * (log_det[:, None] + np_.sum(z * z, axis=3).mean(axis=2))
    return {"log_loss": log_loss, "log_loss_oracle": oracle, "regret": log_loss - oracle}
