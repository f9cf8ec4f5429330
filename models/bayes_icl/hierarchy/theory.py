"""Exact mean losses of a hierarchy that is learned from episodes, over its prior."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, psi

from toysim.batch import Batch, Row, Rows, stacked

Array = npt.NDArray[np.float64]


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    return stacked([_row(row) for row in batch.rows()])


def _row(row: Row) -> Rows:
    p, nothing = row.p, np.full(row.p.n_episodes + 1, np.nan)
    names = ("log_loss", "log_loss_oracle", "regret", "risk")
    found: Rows = dict.fromkeys(names, nothing) | {"order_gap": np.asarray(np.nan)}
    return found | (_observed(p) if p.mode == "observed" else {"risk": risk(p)})


def _observed(p: Any) -> Rows:
    log_loss, oracle = predictive_loss(p), np.full(p.n_episodes + 1, oracle_loss(p))
    return {
        "log_loss": log_loss,
        "log_loss_oracle": oracle,
        "regret": log_loss - oracle,
        "order_gap": np.asarray(0.0),
    }


def log_det(p: Any, n: Any) -> Any:
    """E ln det Lambda_N over the prior: ln det Lambda0 plus
    sum_j psi((nu0 + N + 1 - j)/2) - psi((nu0 + 1 - j)/2), j = 1..p.
    """
    more = [psi(0.5 * (p.dof + n - j)) - psi(0.5 * (p.dof - j)) for j in range(p.dim)]
    return p.dim * np.log(p.dof - p.dim - 1.0) + sum(more)


def predictive_loss(p: Any) -> Array:
    """Entropy of the standard t of nu = nu0 + N - p + 1 and half of E ln det of its scale."""
    n = np.arange(p.n_episodes + 1.0)
    nu, k = p.dof + n - p.dim + 1.0, p.strength + n
    half = 0.5 * (nu + p.dim)
    entropy = (
        gammaln(0.5 * nu)
        - gammaln(half)
        + 0.5 * p.dim * np.log(nu * np.pi)
        + half * (psi(half) - psi(0.5 * nu))
    )
    spread = log_det(p, n) + p.dim * np.log((k + 1.0) / (k * nu))
    return np.asarray(entropy + 0.5 * spread)


def oracle_loss(p: Any) -> float:
    """Mean entropy of a task given Sigma."""
    inner = sum(psi(0.5 * (p.dof - j)) for j in range(p.dim)) + p.dim * np.log(2.0)
    scale = p.dim * np.log(p.dof - p.dim - 1.0)
    return float(0.5 * (p.dim * (1.0 + np.log(2.0 * np.pi)) + scale - inner))


def risk(p: Any) -> Array:
    """A (s2/n)/(A + s2/n) after 0..N episodes, A = t2 + v_N."""
    noise = p.between_variance + p.within_variance / p.shots_per_episode
    v = 1.0 / (1.0 / p.prior_variance + np.arange(p.n_episodes + 1.0) / noise)
    A, within = p.between_variance + v, p.within_variance / p.shots
    return np.asarray(A * within / (A + within))
