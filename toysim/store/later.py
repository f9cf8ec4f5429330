"""Numbers of a large store, read when they are asked for, and only those cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

AT_ONCE = 2 * 10**6  # rows of a store that are read as it is opened
PIECE = 2 * 10**5  # rows that are worked on at a time

Array = npt.NDArray[Any]
Bounds = tuple[slice, ...]  # on each dimension of the grid of cells


class Later(BackendArray):
    """Numbers over a grid of cells and further dimensions; ``read`` gives those within bounds."""

    def __init__(
        self, read: Callable[[Bounds], Array], grid: int, shape: tuple[int, ...], dtype: Any
    ) -> None:
        self._read, self._grid = read, grid
        self.shape, self.dtype = shape, np.dtype(dtype)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        outer = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, outer, self._outer)

    def _outer(self, key: tuple[Any, ...]) -> Array:
        """The smallest box of cells that holds what is asked for, and that cut out of it."""
        asked = [np.arange(n)[k] for n, k in zip(self.shape, key, strict=True)]
        cells = asked[: self._grid]
        if not all(np.size(one) for one in cells):
            return np.empty([n for one in asked for n in np.shape(one)], self.dtype)
        bounds = tuple(slice(int(np.min(one)), int(np.max(one)) + 1) for one in cells)
        values = self._read(bounds)
        low = [*(b.start for b in bounds), *[0] * (len(asked) - len(bounds))]
        for axis, (one, first) in reversed(list(enumerate(zip(asked, low, strict=True)))):
            if np.ndim(one) == 0:
                values = np.take(values, int(one) - first, axis=axis)
            elif len(one) != values.shape[axis] or (np.diff(one) != 1).any():
                values = np.take(values, one - first, axis=axis)
        return values

    def variable(self, dims: tuple[str, ...], attributes: dict[str, Any]) -> xr.Variable:
        """It labelled; once it has been read whole it stays in memory."""
        lazy = indexing.LazilyIndexedArray(self)
        cached: Any = indexing.MemoryCachedArray(lazy)  # type: ignore[no-untyped-call]
        return xr.Variable(dims, indexing.CopyOnWriteArray(cached), attributes, fastpath=True)


def rows_of(bounds: Bounds, lengths: tuple[int, ...]) -> tuple[slice, tuple[int, ...], Bounds]:
    """The run of cells, last dimension fastest, that holds a box of them; the run's own shape,
    and the box in it.
    """
    start, below = 0, prod(lengths)
    for k, (bound, length) in enumerate(zip(bounds, lengths, strict=True)):
        below //= length
        start += bound.start * below
        n = bound.stop - bound.start
        if n > 1:
            shape = (*[1] * k, n, *lengths[k + 1 :])
            inside = (*[slice(0, 1)] * k, slice(0, n), *bounds[k + 1 :])
            return slice(start, start + n * below), shape, inside
    return slice(start, start + 1), (1,) * len(lengths), (slice(0, 1),) * len(lengths)


def pieces(lengths: tuple[int, ...], most: int) -> Iterator[Bounds]:
    """A grid cut into boxes of at most ``most`` cells each, in order; at least one cell each."""
    steps, below = [], prod(lengths)
    for length in lengths:
        below //= max(length, 1)
        steps.append(min(max(length, 1), max(1, most // max(below, 1))))
    cuts = [
        [slice(a, min(a + step, length)) for a in range(0, length, step)]
        for length, step in zip(lengths, steps, strict=True)
    ]
    yield from product(*cuts)
