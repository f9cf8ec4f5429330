"""What a row is given: where it starts and which pathways it freezes; both sides read these
arrays.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from toysim.batch import Batch
from toysim.jit import borrowing
from toysim.models.deep_linear.mode import ModeTask
from toysim.models.deep_linear.problem import deficit_windows, spread

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
    """

    first: Array
    offset: Array
    layers: Array
    windows: Array
    lesioned: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[np.int64]) -> Start:
        """The start of some of the rows."""
        return Start(*(getattr(self, field.name)[rows] for field in fields(self)))

    def all_layers(self, depth: npt.NDArray[np.int64]) -> Array:
        """Layer values (n, P, D), D the largest depth; 1 beyond a row's own."""
        return self.layers.copy() if self.layers.size else layers_of(self.first, self.offset, depth)


def layers_of(first: Array, offset: Array, depth: npt.NDArray[np.int64]) -> Array:
    """Layers p, q, ..., q with q = sqrt(p^2 + c), and ones beyond a row's depth; q = p, of either
    sign, at c = 0.
    """
    layers = np.empty((*first.shape, int(depth.max(initial=1))))
    fill_layers(first, offset, depth, layers)
    return layers


@borrowing
def fill_layers(first: Array, offset: Array, depth: npt.NDArray[np.int64], layers: Array) -> None:
    """``layers_of`` into ``layers`` (n, P, D)."""
    for i in range(layers.shape[0]):
        for j in range(layers.shape[1]):
            p, c = first[i, j], offset[i, j]
            other = p if c == 0.0 else math.sqrt(p * p + c)
            layers[i, j, 0] = p
            for k in range(1, layers.shape[2]):
                layers[i, j, k] = other if k < depth[i] else 1.0


def start_of(batch: Batch) -> Start:
    """Start and deficits of the rows of ``batch``; they all have as many pathways as the first."""
    n, n_pathways = len(batch), int(batch["n_pathways"][0])
    windows, lesioned = deficit_windows(batch), _lesioned(batch, n_pathways)
    if batch["layer_starts"].size:
        layers = _in_standard_order(batch["layer_starts"].reshape(n, n_pathways, -1))
        return Start(layers[:, :, 0].copy(), _offset(layers), layers, windows, lesioned)
    first, offset = np.empty((n, n_pathways)), np.empty((n, n_pathways))
    noisy = batch["start_noise"].any()
    fill_first(
        _layer_start(batch),
        batch["start_imbalance"],
        spread(n_pathways),
        batch["start_noise"],
        batch.normal("start", "n_pathways") if noisy else np.empty((n, 0)),
        batch["layer_offset"],
        batch["depth"],
        first,
        offset,
    )
    return Start(first, offset, np.empty((n, 0, 0)), windows, lesioned)


def task_in_time(batch: Batch, start: Start) -> ModeTask:
    """Targets and deficits of all rows, in flow time."""
    return ModeTask(
        batch["depth"],
        batch["singular_value"],
        batch["level"] * batch["singular_value"],
        batch["duration"],
        start.windows,
        start.lesioned,
        batch.record_at,
    )


def _layer_start(batch: Batch) -> Array:
    """p0 (n,), as given or by the strength it is to have."""
    strength, p0 = batch["start_strength"], batch["layer_start"]
    given = strength > 0
    if given.any():
        p0 = p0.copy()
        offset, depth = batch["layer_offset"][given], batch["depth"][given]
        p0[given] = first_layer_of(strength[given], offset, depth)
    return p0


@borrowing
def fill_first(
    p0: Array,
    imbalance: Array,
    spread: Array,
    sigma: Array,
    noise: Array,
    c: Array,
    depth: npt.NDArray[np.int64],
    first: Array,
    offset: Array,
) -> None:
    """p0 (1 + d_p) + sigma * noise, its size where all layers may change sign together: an even
    number of equal layers of the other sign is the same mode.

    Shapes: spread of d (P,); noise (n, P), or (n, 0) for none; first, offset (n, P); others (n,).
    """
    for i in range(first.shape[0]):
        even = c[i] == 0.0 and depth[i] % 2 == 0
        for j in range(first.shape[1]):
            p = p0[i] * (1.0 + imbalance[i] * spread[j])
            if noise.shape[1] > 0:
                p += sigma[i] * noise[i, j]
            first[i, j], offset[i, j] = abs(p) if even else p, c[i]


def first_layer_of(strength: Array, offset: Array, depth: npt.NDArray[np.int64]) -> Array:
    """p (n,) with p (p^2 + c)^((D-1)/2) = K, for K > 0; K^(1/D) at c = 0 (derived).

    Newton in l = ln p on l + (D-1)/2 ln(e^(2l) + c) - ln K, convex and rising: from above it falls
    to the root.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        equal = strength ** (1.0 / depth)
        log_p, power = np.log(equal), 0.5 * (depth - 1.0)
        moving = np.ones(len(equal), bool)  # a row that has arrived stays, whoever is beside it
        for _ in range(100):
            w = np.exp(2.0 * log_p) + offset
            gap = log_p + power * np.log(w) - np.log(strength)
            move = np.where(moving, gap / (1.0 + 2.0 * power * (1.0 - offset / w)), 0.0)
            log_p = log_p - move
            moving = np.abs(move) > 1e-15 * np.maximum(np.abs(log_p), 1.0)
            if not moving.any():
                break
        return np.where(offset == 0.0, equal, np.exp(log_p))


def _in_standard_order(layers: Array) -> Array:
    """The same modes with the smallest layer first, of the product's sign, and the others positive.

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


def _lesioned(batch: Batch, n_pathways: int) -> npt.NDArray[np.bool_]:
    cut = batch["lesions"].reshape(len(batch), -1)
    if not cut.size:
        return np.zeros((len(batch), n_pathways), bool)
    return np.asarray(np.any(cut[:, :, None] == np.arange(n_pathways), axis=1))
