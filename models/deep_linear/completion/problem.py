"""What a row is trained on and where it starts: arrays that simulation and theory read alike."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.batch import Row
from toysim.models.deep_linear.completion.parameters import CompletionParameters

Array = npt.NDArray[Any]


class Data(NamedTuple):
    """A target (N, N), which of its entries are observed (N, N, bool), and how many those are."""

    target: Array
    mask: npt.NDArray[np.bool_]
    n_observed: int


class Problem(NamedTuple):
    """One row: record times (R,), data before and after the switch, and the layers (D, N, N) at the
    start, first layer first.
    """

    parameters: CompletionParameters
    record_at: Array
    before: Data
    after: Data
    layers: Array


def problem_of(row: Row) -> Problem:
    """A row's targets, positions and layers, which come from streams of their own.

    Parameters that only lengthen a draw leave its beginning alone: with common random numbers a
    deeper network starts with the same first layers, and more observed entries hold the fewer.
    """
    p: CompletionParameters = row.p
    mask = _mask(p.size, _positions(row, p))
    after = Data(_target(row, p, "target", p.rank), mask, p.observed_count)
    return Problem(p, row.record_at, _before(row, p, after), after, _layers(row, p))


def _before(row: Row, p: CompletionParameters, after: Data) -> Data:
    if p.deficit == "task_switch":
        return after._replace(target=_target(row, p, "target_before", p.rank_before))
    if p.deficit == "subset":
        mask = _mask(p.size, _positions(row, p)[: p.n_observed_before])
        return after._replace(mask=mask, n_observed=p.n_observed_before)
    if p.deficit == "block_diagonal":
        block = np.arange(p.size) * p.n_blocks // p.size
        mask = after.mask & (block[:, None] == block)
        return after._replace(mask=mask, n_observed=int(mask.sum()))
    return after


def _target(row: Row, p: CompletionParameters, name: str, rank: int) -> Array:
    """M ~ G H^T, Gaussian (N, r) factors, scaled to ||M||_F = N: predicting 0 has test loss 1."""
    given = getattr(p, name)
    if given:
        return np.array(given)
    factors = row.normal(name, rank, 2, p.size)
    product = factors[:, 0].T @ factors[:, 1]
    return np.asarray(product * (p.size / np.linalg.norm(product)))


def _positions(row: Row, p: CompletionParameters) -> npt.NDArray[np.int64]:
    """Flat indices of the observed entries, in the order in which a subset takes them."""
    if p.observed:
        return np.flatnonzero(np.array(p.observed))
    return row.generator("positions").permutation(p.size**2)[: p.n_observed]


def _mask(size: int, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(size * size, np.bool_)
    mask[positions] = True
    return mask.reshape(size, size)


def _layers(row: Row, p: CompletionParameters) -> Array:
    """Layers at the start; identity and orthogonal: W_(l+1)^T W_(l+1) = W_l W_l^T, balanced."""
    if p.start_layers:
        return np.array(p.start_layers)
    scale = p.start_scale ** (1.0 / p.depth)
    if p.start == "identity":
        return np.tile(scale * np.eye(p.size), (p.depth, 1, 1))
    draws = row.normal("layers", p.depth, p.size, p.size)
    if p.start == "gaussian":
        return np.asarray(draws * (scale / np.sqrt(p.size)))
    q, r = np.linalg.qr(draws)
    signs = np.sign(np.diagonal(r, axis1=1, axis2=2))  # makes q uniform over the orthogonal group
    return np.asarray(q * signs[:, None, :] * (p.start_scale * np.sqrt(p.size)) ** (1.0 / p.depth))
