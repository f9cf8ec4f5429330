"""What both sides read off the layers of singular modes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def mode_sharpness(layers: Array, lesioned: npt.NDArray[np.bool_], depth: Ints) -> Array:
    """Sharpness of modes whose residual is zero, their only nonzero Hessian eigenvalue (derived).

        lambda_max = sum_p sum_l prod_(m != l) a_pm^2

    Shapes: layers (n, P, D), ones beyond a row's depth; lesioned (n, P); depth (n,); returned (n,),
    in 1/t.
    """
    before = np.ones(layers.shape)
    after = np.ones(layers.shape)
    for k in range(1, layers.shape[2]):
        before[:, :, k] = before[:, :, k - 1] * layers[:, :, k - 1]
        after[:, :, -1 - k] = after[:, :, -k] * layers[:, :, -k]
    used = (np.arange(layers.shape[2]) < depth[:, None])[:, None, :] & ~lesioned[:, :, None]
    squares = np.where(used, (before * after) ** 2, 0.0)
    return sum_in_order(sum_in_order(squares.swapaxes(1, 2)))


def sum_in_order(values: Array) -> Array:
    """Sum over axis 1 in index order, as the loops sum; NumPy's order depends on the length."""
    total = np.zeros((values.shape[0], *values.shape[2:]))
    for j in range(values.shape[1]):
        total += values[:, j]
    return total
