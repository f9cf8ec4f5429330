"""Copies for kernels that borrow their arrays: a slice set to an array may need one of its own."""

import numpy as np
import numpy.typing as npt

from toysim.jit import borrowing


@borrowing
def put(values: npt.NDArray[np.float64], into: npt.NDArray[np.float64]) -> None:
    """Write ``values`` into an array of the same length; both (n,)."""
    for j in range(len(into)):
        into[j] = values[j]
