"""What is read off a network's weights, in the task's modes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from toysim.models.deep_linear.curvature import largest_eigenvalue
from toysim.models.deep_linear.network.net import LINEAR, TANH, Net, visible
from toysim.models.deep_linear.network.problem import Layers
from toysim.models.deep_linear.network.task import Task

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Snapshot:
    """At one update: half the squared error, strengths (P, n_modes), what mixes the modes."""

    loss: float
    strengths: Array
    off_diagonal: float


def layers_of(net: Net) -> list[Layers]:
    """Views of the weights as matrices, W_1 .. W_D of every pathway."""
    stops = np.cumsum(net.sizes[1:] * net.sizes[:-1])
    shapes = list(zip(net.sizes[1:], net.sizes[:-1], strict=True))
    return [
        [part.reshape(shape) for part, shape in zip(np.split(w, stops[:-1]), shapes, strict=True)]
        for w in net.weights
    ]


def maps_in_modes(net: Net) -> Array:
    """K_p = U' f_p(I) V of every pathway, lesions left aside, (P, n_out, n_in)."""
    maps = []
    for layers in layers_of(net):
        F = np.eye(net.sizes[0])
        for W in layers:
            F = W @ F
            if net.nonlinearity != LINEAR:
                F = np.tanh(F) if net.nonlinearity == TANH else np.maximum(F, 0.0)
        maps.append(F if net.nonlinearity == LINEAR else net.right.T @ F @ net.left.T)
    return np.array(maps)


def snapshot(task: Task, maps: Array, cut: Mask) -> Snapshot:
    """What the maps K_p (P, n_out, n_in) of the pathways add up to."""
    n_out, n_in = task.input_output.shape
    inputs, targets = task.in_modes
    total = np.sum(visible(cut, n_out)[:, :, None] * maps * visible(cut, n_in)[:, None, :], axis=0)
    loss = 0.5 * float(np.sum((targets - total @ inputs) ** 2))
    mixed = float(np.abs(total[task.blocks_apart]).max(initial=0.0))
    return Snapshot(loss, np.diagonal(maps, axis1=1, axis2=2).copy(), mixed)


def balance(net: Net) -> list[Array]:
    """W_(l+1)' W_(l+1) - W_l W_l' of every pathway and pair of layers; the flow conserves it."""
    return [b.T @ b - a @ a.T for layers in layers_of(net) for a, b in pairwise(layers)]


def balance_drift(before: list[Array], after: list[Array]) -> float:
    """Largest Frobenius norm of a change of ``balance``: the same in every orthonormal basis."""
    return max(
        (float(np.linalg.norm(b - a)) for a, b in zip(before, after, strict=True)), default=0.0
    )


def sharpness(net: Net) -> float:
    """Largest eigenvalue of the Gauss-Newton matrix of a linear network; NaN for others and
    for weights that are not finite. Unit 1/t (derived).

    sum_p sum_l (A A') kron (B' B),  A = W_D .. W_(l+1),  B = W_(l-1) .. W_1 X:  the Hessian where
                                     the error is 0.
    """
    if net.nonlinearity != LINEAR or not np.isfinite(net.weights).all():
        return np.nan
    pairs = [
        pair
        for p, layers in enumerate(layers_of(net))
        for pair in _pairs(layers, net.inputs[p].T, net.seen[p])
    ]
    return largest_eigenvalue(pairs)


def _pairs(layers: Layers, inputs: Array, seen: Array) -> list[tuple[Array, Array]]:
    """A A' and B' B of every layer of a pathway."""
    after, before = [np.diag(seen)], [inputs]
    for W in layers[:0:-1]:
        after.append(after[-1] @ W)
    for W in layers[:-1]:
        before.append(W @ before[-1])
    return [(A @ A.T, B.T @ B) for A, B in zip(after[::-1], before, strict=True)]
