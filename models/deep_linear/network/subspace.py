"""The smallest spaces in which gradient descent of a linear network goes on.

Let U_0 hold the inputs and U_D the outputs, and let W_l U_(l-1) lie in U_l and W_l' U_l in U_(l-1)
at the start. Then every activation of layer l and every pulled-back error lies in U_l, so does
every update, and the condition stays true. In orthonormal bases Q_l of these spaces W_l becomes
Q_l' W_l Q_(l-1), and a change of orthonormal basis commutes with gradient descent: the small
network takes the same updates, exactly. The hidden spaces have n_modes dimensions for aligned
starts, at most n_in + n_out at depth 2, and in general all of them at depth 3 and more.
Derived.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.models.deep_linear.network.problem import Layers

Array = npt.NDArray[np.float64]

ROUNDING = 1e-12  # of a layer's norm: directions below are rounding


def pathway_bases(weights: list[Layers], inputs: Array, outputs: Array) -> list[list[Array]]:
    """Orthonormal bases Q_0 = ``inputs``, Q_1, ..., Q_D = ``outputs`` of every pathway.

    Hidden spaces above half the width save nothing: all of them are then left as they are. So they
    are where the pathways' dimensions differ, for one loop runs them all.
    """
    found = [_invariant_bases(layers, inputs, outputs) for layers in weights]
    sizes = {tuple(Q.shape[1] for Q in bases) for bases in found}
    if len(sizes) == 1 and all(2 * Q.shape[1] <= len(Q) for Q in found[0][1:-1]):
        return found
    return [[inputs, *[np.eye(len(W)) for W in layers[:-1]], outputs] for layers in weights]


def _invariant_bases(layers: Layers, inputs: Array, outputs: Array) -> list[Array]:
    """The smallest spaces of one pathway; left unfinished once one is above half the width."""
    bases = [inputs, *[np.zeros((len(W), 0)) for W in layers[:-1]], outputs]
    scales = [float(np.linalg.norm(W)) for W in layers]
    before: list[int] = []
    while before != (sizes := [Q.shape[1] for Q in bases]) and all(
        2 * Q.shape[1] <= len(Q) for Q in bases[1:-1]
    ):
        before = sizes
        for k in range(1, len(layers)):
            bases[k] = _extended(bases[k], layers[k - 1] @ bases[k - 1], scales[k - 1])
        for k in range(len(layers) - 1, 0, -1):
            bases[k] = _extended(bases[k], layers[k].T @ bases[k + 1], scales[k])
    return bases


def _extended(basis: Array, columns: Array, scale: float) -> Array:
    """``basis`` with what ``columns`` add to its span."""
    for _ in range(2):  # twice: the first projection leaves rounding of the size of the columns
        columns = columns - basis @ (basis.T @ columns)
    directions, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    return np.concatenate([basis, directions[:, sizes > ROUNDING * scale]], axis=1)


def in_bases(layers: Layers, bases: list[Array]) -> Layers:
    """Q_l' W_l Q_(l-1) of every layer."""
    return [bases[k + 1].T @ W @ bases[k] for k, W in enumerate(layers)]
