"""Arrays for loops of whole vectors, which take up to twice as long across the lines of a cache."""

import numpy as np
import numpy.typing as npt

from toysim.jit import kernel

LINE = 8  # numbers of 64 bytes


@kernel
def aligned_zeros(n: int) -> npt.NDArray[np.float64]:
    """n zeros from a multiple of 64 bytes on."""
    held = np.zeros(n + LINE)
    first = -(held.ctypes.data // 8) % LINE
    return held[first : first + n]
