"""A network in flat arrays, as the compiled loop takes it, from its weights as drawn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toysim.models.deep_linear.network.problem import Layers
from toysim.models.deep_linear.network.subspace import in_bases, pathway_bases
from toysim.models.deep_linear.network.task import Task

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LINEAR, TANH, RELU = 0, 1, 2
NONLINEARITIES = {"linear": LINEAR, "tanh": TANH, "relu": RELU}


class Net(NamedTuple):
    """A network in flat arrays; W_l, from l = 1, is a block of sizes[l] rows, sizes[l-1] columns.

    weights    (P, n)          W_1, ..., W_D of every pathway one after the other
    sizes      (D+1,)          units of every stage, inputs first
    nonlinearity  int          LINEAR, TANH or RELU
    inputs     (P, M, n_in)    what a pathway sees of the examples
    seen       (P, n_out)      what the outputs see of a pathway, 0 or 1
    targets    (M, n_out)
    left, right (n_in, M), (n_out, n_out): left F_D right is the transposed map in the task's modes
    """

    weights: Any
    sizes: Any
    nonlinearity: Any
    inputs: Any
    seen: Any
    targets: Any
    left: Any
    right: Any


def network(task: Task, weights: list[Layers], cut: Mask, nonlinearity: str) -> Net:
    """One row's network; linear ones in the task's modes and their smallest spaces.

    ``cut`` (P, n_modes): modes that are cut out of a pathway.
    """
    n_out, n_in = task.input_output.shape
    kind = NONLINEARITIES[nonlinearity]
    inputs, targets, left, right = task.inputs, task.targets, task.V.T, task.U
    if kind == LINEAR:
        # Examples are turned like the inputs: lesions become rows of zeros, and the map is diagonal
        # where it can be.
        bases = pathway_bases(weights, task.V, task.U)
        weights = [in_bases(layers, Q) for layers, Q in zip(weights, bases, strict=True)]
        inputs, targets = task.in_modes
        left, right = task.V.T @ task.inverse @ task.V, np.eye(n_out)
    return Net(
        weights=np.array([np.concatenate([W.ravel() for W in layers]) for layers in weights]),
        sizes=np.array([n_in, *[len(W) for W in weights[0]]]),
        nonlinearity=kind,
        # All contiguous: another memory layout would compile the kernels once more.
        inputs=np.ascontiguousarray(visible(cut, n_in)[:, None, :] * inputs.T),
        seen=visible(cut, n_out),
        targets=np.ascontiguousarray(targets.T),
        left=np.ascontiguousarray(left),
        right=np.ascontiguousarray(right),
    )


def visible(cut: Mask, n: int) -> Array:
    """(P, n): 0 for the modes cut out of a pathway, 1 for the others and beyond the modes."""
    shown = np.ones((len(cut), n))
    shown[:, : cut.shape[1]][cut] = 0.0
    return shown
