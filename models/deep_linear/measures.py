"""What both sides read off the layers of singular modes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def mode_sharpness(layers: Array, lesioned: npt.NDArray[np.bool_], depth: Ints) -> Array:
    """Sharpness of modes whose residual is zero, their only nonzero Hessian eigenvalue (derived).

        lambda_max = sum_p sum_l prod_(m != l) a_pm^2

    Shapes: layers (n, P, D), ones beyond a row's depth; lesioned (n, P); depth (n,); returned (n,),
    in 1/t.
    """
    total = np.zeros(len(layers))
    add_sharpness(layers, lesioned, depth, np.ones(layers.shape[2] + 1), total)
    return total


@borrowing
def add_sharpness(
    layers: Array, lesioned: npt.NDArray[np.bool_], depth: Ints, after: Array, total: Array
) -> None:
    """``mode_sharpness`` into ``total`` (n,) of zeros; after (D + 1,) of ones is scratch: products
    of the layers from l on.
    """
    for i in range(layers.shape[0]):
        for j in range(layers.shape[1]):
            if not lesioned[i, j]:
                for k in range(depth[i] - 1, 0, -1):
                    after[k] = after[k + 1] * layers[i, j, k]
                before, squares = 1.0, 0.0
                for k in range(depth[i]):
                    squares += (before * after[k + 1]) ** 2
                    before *= layers[i, j, k]
                total[i] += squares
        after[:] = 1.0
