"""Typed parameters of a model: a class whose fields carry symbol, unit, range and meaning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
Tensor = tuple[Matrix, ...]
Kind = Literal["int", "float", "bool", "choice"]

_KINDS: dict[Any, tuple[Kind, int]] = {
    int: ("int", 0),
    float: ("float", 0),
    bool: ("bool", 0),
    tuple[int, ...]: ("int", 1),
    Vector: ("float", 1),
    Matrix: ("float", 2),
    Tensor: ("float", 3),
}
_DTYPES: dict[Kind, str] = {"int": "int64", "float": "float64", "bool": "bool", "choice": "U"}
SMALLEST = 1e-100  # that "above 0" means: its square and its inverse are numbers too
_SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


def parameter(
    default: Any,
    *,
    symbol: str,
    unit: str = "1",
    meaning: str,
    stream: bool = True,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
) -> Any:
    """A field of a ``Parameters`` class: its type is the annotation, its range the bounds given.

    ``stream=False`` keeps the value out of the random streams: for recording intervals, integrators
    and step sizes, whose change must leave the draws alone. ``gt=0`` begins at 1e-100.
    """
    if gt == 0:
        ge, gt = SMALLEST, None
    extra: dict[str, Any] = {"symbol": symbol, "unit": unit, "stream": stream}
    return Field(default, ge=ge, gt=gt, le=le, lt=lt, description=meaning, json_schema_extra=extra)


class Parameters(BaseModel):
    """Base of a model's parameters; annotate with int, float, bool, Literal, Vector, Matrix or
    Tensor.

    Cross-checks between parameters are pydantic ``model_validator(mode="after")`` methods that
    raise ValueError with the mend in the text.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=()
    )

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        """NumPy scalars and arrays, lists, and whole floats for integers, are what users pass."""
        if not isinstance(data, Mapping):
            return data
        whole = _whole_numbers(cls)
        return {name: _plain_value(value, name in whole) for name, value in data.items()}


@cache
def _whole_numbers(parameters_class: type[Parameters]) -> frozenset[str]:
    """Asked of the class once: pydantic takes longer to tell its fields than to check a value."""
    fields = parameters_class.model_fields
    whole = (int, tuple[int, ...])
    return frozenset(name for name, info in fields.items() if info.annotation in whole)


def _plain_value(value: Any, whole: bool = False) -> Any:
    kind = type(value)
    if kind is float:
        return int(value) if whole and value.is_integer() else value
    if kind is int or kind is bool or kind is str:
        return value
    if hasattr(value, "tolist"):
        return _plain_value(value.tolist(), whole)
    if isinstance(value, list | tuple):
        return tuple(_plain_value(entry, whole) for entry in value)
    return value


@dataclass(frozen=True)
class Parameter:
    """What the engine knows of one parameter: read off the field's annotation and declaration."""

    name: str
    kind: Kind
    ndim: int
    default: Any
    choices: tuple[str, ...]
    allowed: str
    symbol: str
    unit: str
    meaning: str
    stream: bool
    range: tuple[float, float]  # least and largest value allowed, infinite where there is no end

    @property
    def dtype(self) -> str:
        return _DTYPES[self.kind]

    @property
    def type(self) -> str:
        """In words: ``float``, ``list of int``."""
        return ("", "list of ", "list of lists of ", "list of lists of lists of ")[
            self.ndim
        ] + self.kind


def described(parameters_class: type[Parameters]) -> dict[str, Parameter]:
    """The parameters of a class by name, in the order declared."""
    return {name: _describe(name, info) for name, info in parameters_class.model_fields.items()}


def _describe(name: str, info: FieldInfo) -> Parameter:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    kind, ndim, choices = _kind(name, info.annotation)
    bounds = [
        f"{_SIGNS[b]} {_exactly(getattr(m, b))}"
        for m in info.metadata
        for b in _SIGNS
        if hasattr(m, b)
    ]
    bounds = ["> 0" if b == f">= {SMALLEST:g}" else b for b in bounds]
    any_value = "true, false" if kind == "bool" else "any"
    return Parameter(
        name=name,
        kind=kind,
        ndim=ndim,
        default=info.default,
        choices=choices,
        allowed=", ".join(choices) or " and ".join(bounds) or any_value,
        symbol=str(extra.get("symbol", name)),
        unit=str(extra.get("unit", "1")),
        meaning=info.description or "",
        stream=bool(extra.get("stream", True)),
        range=_range(kind, info.metadata),
    )


def _exactly(bound: float) -> str:
    """Shortly, unless that is another number: what is shown must be allowed."""
    short = f"{bound:g}"
    return short if float(short) == bound else repr(bound)


def _range(kind: Kind, metadata: list[Any]) -> tuple[float, float]:
    """The ends that a value may take: beside an open end, the next number."""
    low, high = -math.inf, math.inf
    for bound in metadata:
        if hasattr(bound, "ge") or hasattr(bound, "gt"):
            low = bound.ge if hasattr(bound, "ge") else _beside(kind, bound.gt, 1)
        if hasattr(bound, "le") or hasattr(bound, "lt"):
            high = bound.le if hasattr(bound, "le") else _beside(kind, bound.lt, -1)
    return low, high


def _beside(kind: Kind, end: float, side: int) -> float:
    return end + side if kind == "int" else math.nextafter(end, side * math.inf)


def _kind(name: str, annotation: Any) -> tuple[Kind, int, tuple[str, ...]]:
    if get_origin(annotation) is Literal:
        return "choice", 0, tuple(get_args(annotation))
    if annotation not in _KINDS:
        raise TypeError(f"parameter {name}: type {annotation} is none of the supported ones")
    return *_KINDS[annotation], ()
