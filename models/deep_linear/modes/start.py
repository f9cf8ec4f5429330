"""Where a row starts and which pathways it freezes: arrays that simulation and theory read
alike.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """Start of every row.

    first    (n, P)     first layer of each pathway
    offset   (n, P)     c with other layers sqrt(first^2 + c); NaN where a pathway has not that form
    layers   (n, P, D)  layer values as given, in standard order, or (n, 0, 0) where first and
                        offset say it all
    windows  (n, W, 3)  deficits: pathway, start, stop, in flow time
    lesioned (n, P)     pathways without output and gradient
    times    (n, R)     record times
    """

    first: Array
    offset: Array
    layers: Array
    windows: Array
    lesioned: npt.NDArray[np.bool_]
    times: Array

    def take(self, rows: npt.NDArray[np.int64]) -> Start:
        """The start of some of the rows."""
        return Start(*(getattr(self, field.name)[rows] for field in fields(self)))

    def all_layers(self, depth: npt.NDArray[np.int64]) -> Array:
        """Layer values (n, P, D) with D the largest depth; a row's layers beyond its own depth are
        1.
        """
        return self.layers.copy() if self.layers.size else layers_of(self.first, self.offset, depth)


def layers_of(first: Array, offset: Array, depth: npt.NDArray[np.int64]) -> Array:
    """Layers p, q, ..., q with q = sqrt(p^2 + c), and ones beyond a row's depth; q = p, of either
    sign, at c = 0.
    """
    layers = np.ones((*first.shape, int(depth.max(initial=1))))
    other = np.where(offset == 0.0, first, np.sqrt(first * first + offset))
    for k in range(layers.shape[2]):
        layers[:, :, k] = np.where((k < depth)[:, None], other if k else first, 1.0)
    return layers


def start_of(batch: Batch) -> Start:
    """Start, deficits and record times of the rows of ``batch``; they all have as many pathways as
    the first.
    """
    n, n_pathways = len(batch), int(batch["n_pathways"][0])
    layers = (
        batch["layer_starts"].reshape(n, n_pathways, -1)
        if batch["layer_starts"].size
        else np.empty((n, 0, 0))
    )
    if layers.size:
        layers = _in_standard_order(layers)
        first, offset = layers[:, :, 0].copy(), _offset(layers)
    else:
        first = _first_layer(batch, n_pathways)
        offset = np.repeat(batch["layer_offset"][:, None], n_pathways, axis=1)
    return Start(
        first,
        offset,
        layers,
        deficit_windows(batch),
        _lesioned(batch, n_pathways),
        record_times(batch),
    )


def _first_layer(batch: Batch, n_pathways: int) -> Array:
    """p0 (1 + d_p) + sigma * noise."""
    strength = batch["start_strength"]
    p0 = np.where(
        strength > 0,
        first_layer_of(strength, batch["layer_offset"], batch["depth"]),
        batch["layer_start"],
    )
    first = p0[:, None] * imbalance(batch, n_pathways)
    if np.any(batch["start_noise"]):
        first = first + batch["start_noise"][:, None] * batch.normal("start", n_pathways)
    return np.asarray(first)


def imbalance(batch: Batch, n_pathways: int) -> Array:
    """Factors (n, P) of the layers at the start: from 1 + d for the first pathway to 1 - d for the
    last, or 1.
    """
    spread = np.linspace(1.0, -1.0, n_pathways) if n_pathways > 1 else np.zeros(1)
    return np.asarray(1.0 + batch["start_imbalance"][:, None] * spread)


def first_layer_of(strength: Array, offset: Array, depth: npt.NDArray[np.int64]) -> Array:
    """p (n,) with p (p^2 + c)^((D-1)/2) = K, for K > 0; K^(1/D) at c = 0.

    Newton in l = ln p on l + (D-1)/2 ln(e^(2l) + c) - ln K, convex and rising: from above it falls
    to the root.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        equal = strength ** (1.0 / depth)
        log_p, power = np.log(equal), 0.5 * (depth - 1.0)
        for _ in range(100):
            w = np.exp(2.0 * log_p) + offset
            gap = log_p + power * np.log(w) - np.log(strength)
            move = gap / (1.0 + 2.0 * power * (1.0 - offset / w))
            log_p = log_p - move
            if not np.any(np.abs(move) > 1e-15 * np.maximum(np.abs(log_p), 1.0)):
                break
        return np.where(offset == 0.0, equal, np.exp(log_p))


def _in_standard_order(layers: Array) -> Array:
    """The same modes with the smallest layer first, which carries the sign of the product, and the
    others positive.

    The mode's flow and its updates do not see the order of layers, nor signs of pairs of them.
    """
    magnitude = np.sort(np.abs(layers), axis=2)
    magnitude[:, :, 0] *= np.prod(np.sign(layers), axis=2)
    return magnitude


def _offset(layers: Array) -> Array:
    """c of pathways with layers p, q, ..., q in standard order, so q >= |p|; NaN for the others."""
    p = layers[:, :, 0]
    if layers.shape[2] == 1:
        return np.zeros_like(p)
    q = layers[:, :, 1]
    one_number = np.all(layers[:, :, 1:] == q[:, :, None], axis=2)
    return np.where(one_number, (q - p) * (q + p), np.nan)


def deficit_windows(batch: Batch) -> Array:
    """Deficits (n, W, 3) of the rows: pathway, start, stop, in flow time."""
    start = batch["deficit_start"]
    deficit = np.stack(
        [batch["deficit_pathway"].astype(float), start, start + batch["deficit_length"]], axis=1
    )
    further = batch["windows"].reshape(len(batch), -1, 3)
    return np.concatenate([deficit[:, None, :], further], axis=1)


def _lesioned(batch: Batch, n_pathways: int) -> npt.NDArray[np.bool_]:
    cut = batch["lesions"].reshape(len(batch), -1)
    return np.asarray(np.any(cut[:, :, None] == np.arange(n_pathways), axis=1))


def record_times(batch: Batch) -> Array:
    """Times (n, R) evenly over [0, T] with both ends; one record stands at the end; none if R =
    0.
    """
    n_records = int(batch["n_records"][0])
    fractions = np.linspace(0.0, 1.0, n_records) if n_records != 1 else np.ones(1)
    return np.asarray(batch["duration"][:, None] * fractions)


def in_updates(times: Array, step: Array, end: Array) -> Array:
    """Record times in updates, at most ``end`` of them; whole where rounding alone makes them
    differ from it.
    """
    at = times / step
    whole = np.rint(at)
    return np.asarray(
        np.minimum(np.where(np.abs(at - whole) <= 1e-9 * np.maximum(whole, 1.0), whole, at), end)
    )
