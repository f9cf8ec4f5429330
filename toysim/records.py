"""Recorded time courses: what a run counts in, when it is recorded, and how it says that it ended.

A model declares a ``Clock``; its parameters inherit ``Recorded``; its time courses are ``course``
observables. The engine then knows the dimension ``record``, hands the record times to simulation
and theory as ``batch.record_at`` and stores them as a coordinate of (cell, record).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from toysim.observables import RECORD, Observable, Rows
from toysim.outcomes import Status
from toysim.parameters import Parameters, parameter

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[Any]
    Floats = npt.NDArray[np.float64]

NEVER = -1  # where a row has fewer records than others, on a clock of whole updates


def recording(default: int = 0) -> Any:
    """The parameter ``n_records``; a model whose results are read off its course sets a default."""
    return parameter(
        default,
        symbol="R",
        meaning="records over [0, T], both ends included; 1 for the end alone, 0 for none",
        ge=0,
        le=10**7,
        stream=False,
    )


class Recorded(Parameters):
    """Parameters of a model whose runs are recorded; the span [0, T] is the clock's."""

    n_records: int = recording()


@dataclass(frozen=True)
class Clock:
    """What a run counts in, and when it is recorded.

    ``name`` and ``unit`` label the coordinate of record times. ``end`` gives T from parameters;
    written with arithmetic alone it serves one row and columns of rows alike.

    * ``whole``: counted in updates; record k of R holds the state after round(k T/(R-1)) of them,
      halves down. Otherwise a time: the state at k T/(R-1) itself. R = 1 is the end alone.
    * ``spacing``: even, as above; geometric, in equal ratios from ``begin`` (1) to T, where times
      that fall together count once and the rest is padded with NaN; every, after 0, 1, ..., T
      updates, whatever ``n_records`` says.
    * ``multiple``: record times are rounded down to multiples of it, the end too.
    """

    name: str
    unit: str
    end: Callable[[Any], Any]
    whole: bool = False
    spacing: Literal["even", "geometric", "every"] = "even"
    multiple: Callable[[Any], Any] | int | None = None
    begin: Callable[[Any], Any] | int = 1

    def __post_init__(self) -> None:
        if self.spacing == "every" and not self.whole:
            raise TypeError(f"clock {self.name}: spacing every counts updates; declare whole=True")

    def n_records(self, p: Any) -> int:
        """Length of the dimension ``record`` at some parameters."""
        if self.spacing == "every":
            return int(self.end(p)) // int(self._of(self.multiple or 1, p)) + 1
        return int(p.n_records)

    def record_at(self, p: Any, n_records: int) -> Array:
        """Record times (n, R), ascending, of parameters that are columns (n,).

        Whole clocks: int64, padded with NEVER; else float64, padded with NaN.
        """
        import numpy as np

        end = np.atleast_1d(self.end(p))[:, None]
        if n_records == 0:
            return np.empty((len(end), 0), np.int64 if self.whole else np.float64)
        at = self._spaced(end, p, n_records)
        if self.multiple is not None:
            multiple = _column(self._of(self.multiple, p))
            at = at // multiple * multiple
        return self._once(at) if self.spacing == "geometric" else at

    def _spaced(self, end: Array, p: Any, n: int) -> Array:
        import numpy as np

        if self.spacing == "every":
            return np.asarray(np.arange(n) * _column(self._of(self.multiple or 1, p)) + 0 * end)
        if self.spacing == "geometric":
            begin = _column(self._of(self.begin, p)).astype(float)
            share = np.linspace(0.0, 1.0, n) if n != 1 else np.ones(1)
            at = np.minimum(begin * (np.maximum(end, begin) / begin) ** share, end)
            return np.asarray(np.ceil(at - 0.5).astype(np.int64) if self.whole else at)
        if not self.whole:
            return np.asarray(end * (np.linspace(0.0, 1.0, n) if n != 1 else np.ones(1)))
        whole_end = end.astype(np.int64)
        if n == 1:
            return whole_end
        k, gaps = np.arange(n), max(n - 1, 1)
        return -((gaps - 2 * k * whole_end) // (2 * gaps))  # ceil(k T/(R-1) - 1/2)

    def _once(self, at: Array) -> Array:
        """Times that fall together counted once, the rest padded at the end of the row."""
        import numpy as np

        again = np.zeros(at.shape, bool)
        again[:, 1:] = at[:, 1:] == at[:, :-1]
        order = np.argsort(again, axis=1, kind="stable")
        padded = np.where(again, NEVER if self.whole else np.nan, at)
        return np.take_along_axis(padded, order, axis=1)

    @staticmethod
    def _of(value: Any, p: Any) -> Any:
        return value(p) if callable(value) else value

    def as_coordinate(self, at: Array) -> Floats:
        """Record times as they are stored: NaN where a row has no such record."""
        import numpy as np

        return np.where(at == NEVER, np.nan, at) if self.whole else np.asarray(at, float)

    def one_more(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Parameter values of a run one update longer, for checks that must see the difference."""
        end = self.end(SimpleNamespace(**values))
        for name, value in reversed(list(values.items())):
            if isinstance(value, int) and not isinstance(value, bool):
                longer = {**values, name: value + 1}
                if self.end(SimpleNamespace(**longer)) == end + 1:
                    return longer
        raise TypeError(f"clock {self.name}: no whole parameter makes a run one update longer")


def _column(value: Any) -> Array:
    import numpy as np

    return np.atleast_1d(value)[:, None]


def course(
    name: str, long_name: str, unit: str = "1", dims: tuple[str, ...] = (), **declared: Any
) -> Observable:
    """An observable over the records; ``declared``: tolerances and the like of ``Observable``."""
    return Observable(name, long_name, unit, (*dims, RECORD), **declared)


def ended(failed_at: Array, status: Any = Status.DIVERGED) -> Rows:
    """How rows ended: ``failed_at`` (n,) is the update at which a run gave up, negative if it did
    not; ``status`` (one, or one a row) says why.
    """
    import numpy as np

    said = np.multiply(failed_at >= 0, status, dtype=np.int8, casting="unsafe")
    return {"status": said, "status_step": np.asarray(failed_at, np.int64)}
