"""What a model yields: named, labelled outputs, the dimensions they have and how exact they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from toysim.outcomes import Status, word

if TYPE_CHECKING:
    import numpy.typing as npt

Rows = dict[str, "npt.NDArray[Any]"]  # observable name -> (n_rows, *dims)
Side = Literal["simulation", "theory"]
RECORD = "record"  # the dimension of time courses
ROW, HALVING = "row", "halving"  # those of the store's refinement
STORE_DIMS = frozenset((ROW, HALVING, "replica", "cell"))  # no model's own


@dataclass(frozen=True)
class FiniteSize:
    """A declared bound on |mean - theory| at finite size: ``constant * size**-power``.

    ``parameter`` names the parameter that is the size; ``known``: from a batch, the rows where the
    bound is known, elsewhere means decide nothing.
    """

    constant: float
    parameter: str
    power: float
    known: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Observable:
    """One named output, of simulation and theory alike.

    ``dims`` name the dimensions after (cell, replica); ``rtol`` and ``atol`` are the deterministic
    tolerance |simulation - theory| <= atol + rtol * |theory| where no discretisation order applies;
    ``scale`` is the observable's natural size where its theory may be next to zero (a residual at
    the end, a conserved quantity): comparisons measure against the larger of it and the theory's
    largest value; ``span`` is the largest distance of two values, 0 where there is no such number:
    draws that are all equal say that little of their mean; ``note_above`` makes a sweep say so when
    a value passes it.
    """

    name: str
    long_name: str
    unit: str = "1"
    dims: tuple[str, ...] = ()
    dtype: str = "float64"
    rtol: float = 1e-9
    atol: float = 1e-12
    scale: float = 0.0
    span: float = 0.0
    finite_size: FiniteSize | None = None
    note_above: float | None = None


STATUS = Observable(
    "status", "outcome of the run: " + ", ".join(word(s) for s in Status), dtype="int8"
)
STATUS_STEP = Observable(
    "status_step", "update at which the status was set, -1 if none", dtype="int64"
)
VALID = Observable("valid", "theory holds at these parameters", dtype="bool")


@dataclass(frozen=True)
class Dim:
    """A dimension of observables: its length follows from parameters, one length a sweep."""

    name: str
    long_name: str
    size: Callable[[Any], int]
