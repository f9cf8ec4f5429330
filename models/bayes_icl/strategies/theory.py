"""Exact losses and distances of the averaged prediction, given the urns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch, Row, Rows, stacked
from toysim.models.bayes_icl.counts import Contexts, can_enumerate, contexts
from toysim.models.bayes_icl.drawn_urns import Urns
from toysim.models.bayes_icl.strategies.problem import (
    relative_distance,
    strategy_losses,
    takeover,
    weights,
)

Array = npt.NDArray[np.float64]


def predict(batch: Batch) -> Rows:
    """Every observable of every row."""
    urns = Urns(batch)
    return stacked([_row(row, urns) for row in batch.rows()])


def _row(row: Row, urns: Urns) -> Rows:
    p, at = row.p, row.record_at
    if not can_enumerate(p.n_tasks, 2, p.context_length):
        nothing, number = np.full(len(at), np.nan), np.asarray(np.nan)
        curves = dict.fromkeys(("loss_seen", "loss_fresh", "relative_distance"), nothing)
        numbers = {"transition": number, "emergence": number, "valid": np.asarray(False)}
        return {"weight": np.full((3, len(at)), np.nan)} | curves | numbers
    exact = contexts(p, urns.of(row))
    losses = strategy_losses(exact)
    share = weights(p, losses, at)
    found = {
        "weight": share,
        **averaged(exact, share),
        "transition": takeover(p, 1, 2, losses),
        "emergence": takeover(p, 0, 1, losses) if p.with_uniform else np.nan,
        "valid": True,
    }
    return {name: np.asarray(value) for name, value in found.items()}


def averaged(exact: Contexts, share: Array) -> dict[str, Any]:
    """Losses on both kinds of tasks and distance, of predictions averaged by ``share`` (3, R)."""
    parts = ~exact.whole
    shown, M, G = exact.on_seen[parts], exact.memoriser[parts], exact.generaliser[parts]
    seen, fresh, to_general, to_memory = np.empty((4, share.shape[1]))
    between = apart(shown, M, G)
    for k, (uniform, general, memory) in enumerate(share.T):
        T = uniform / 2.0 + general * exact.generaliser + memory * exact.memoriser
        seen[k], fresh[k] = exact.losses(False, T).mean(), exact.losses(True, T).mean()
        to_general[k], to_memory[k] = apart(shown, T[parts], G), apart(shown, T[parts], M)
    return {
        "loss_seen": seen,
        "loss_fresh": fresh,
        "relative_distance": relative_distance(to_general, to_memory, between),
    }


def apart(shown: Array, P: Array, Q: Array) -> float:
    """Symmetrised KL of two predictions, weighed by ``shown``; a sum over contexts."""
    return float(np.sum(shown * np.sum((P - Q) * np.log(P / Q), axis=1)))
