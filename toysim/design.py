"""Axis values: lists, spaced grids and sampled designs, typed and checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.errors import ToysimError, short, suggest
from toysim.parameters import Parameter
from toysim.streams import canonical, row_keys

SPACED = {
    "linspace": 3,
    "arange": 3,
    "logspace": 3,
    "geomspace": 3,
}  # design name -> number of its arguments
SAMPLED = {"random": 3, "log_uniform": 3, "latin_hypercube": 3, "sobol": 3}  # [low, high, n]
CHOICE = "choice"  # [[values], n], each as likely
INDEPENDENT = ("random", "log_uniform", CHOICE)  # row by row: more rows keep the first ones
MOST_DRAWS = 64  # for each row of an independent design, until it is one that is new
MAX_AXIS = 10**7
DIGITS = 15  # of spaced values: 0.3 is 0.3, however many points a linspace has
POWERS = np.array([float(f"1e{k}") for k in range(23)])  # those that are exact
CLOSEST = 1e-12  # relative; two values nearer than this could not be told apart by eye or by theory


@dataclass(frozen=True)
class Axis:
    """One swept parameter as written: a list of values, or a named design with its arguments."""

    name: str
    design: str  # "values", CHOICE, or a key of SPACED or SAMPLED
    arguments: tuple[Any, ...]
    zip: str | None = None

    @property
    def size(self) -> int:
        if self.design == "values":
            return len(self.arguments)
        if self.design == "arange":
            start, stop, step = map(float, self.arguments)
            steps = (stop - start) / step if step else 0.0
            steps = min(max(0.0, steps), 1e15)
            near = abs(steps - np.rint(steps)) <= CLOSEST * steps  # the stop is left out
            return int(np.rint(steps) if near else np.ceil(steps))
        return int(self.arguments[-1])


@dataclass(frozen=True)
class Dimension:
    """One dimension of the sweep: an axis, or axes tied together by ``zip``; ``values`` maps
    parameter to levels. ``grows``: a design of more points holds those of a smaller one.
    """

    name: str
    values: dict[str, npt.NDArray[Any]]
    closed: bool = False  # a design of another number of points has none of these

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))


def nesting(value: Any) -> int:
    """Number of dimensions of a value as written; a design's table counts as one."""
    if hasattr(value, "__array__"):
        return int(value.ndim)
    if isinstance(value, list | tuple | range):
        return 1 + (max((nesting(v) for v in value[:1]), default=0))
    return 1 if isinstance(value, Mapping) else 0


@contextmanager
def _speaking_of(name: str) -> Iterator[None]:
    """Errors from here speak of the axis of that name."""
    try:
        yield
    except ToysimError as error:
        error.key = error.key or name
        raise


def parse_axis(name: str, raw: Any) -> Axis:
    """An axis from a list, or a table such as ``{ linspace = [0.0, 2.0, 41], zip = "pair" }``."""
    with _speaking_of(name):
        listed = np.asarray(raw).tolist() if hasattr(raw, "__array__") else raw
        return _checked(_parsed(name, listed))


def _parsed(name: str, raw: Any) -> Axis:
    if isinstance(raw, list | tuple | range):
        return Axis(name, "values", tuple(raw))
    if not isinstance(raw, Mapping):
        raise ToysimError(
            f"axis {name} = {short(raw)}: give a list of values or a table like "
            "{linspace = [0, 1, 5]}"
        )
    designs = {**SPACED, **SAMPLED, CHOICE: 2, "values": 0}
    unknown = [key for key in raw if key not in designs and key != "zip"]
    if unknown:
        known = suggest(unknown[0], [*designs, "zip"])
        raise ToysimError(f"axis {name}: unknown key {unknown[0]!r}: {known}")
    chosen = [key for key in raw if key != "zip"]
    if len(chosen) != 1:
        raise ToysimError(f"axis {name}: give exactly one of {', '.join(sorted(designs))}")
    arguments = raw[chosen[0]]
    if not isinstance(arguments, list | tuple):
        raise ToysimError(f"axis {name}: {chosen[0]} = {short(arguments)} must be a list")
    return Axis(name, chosen[0], tuple(arguments), raw.get("zip"))


def _checked(axis: Axis) -> Axis:
    if axis.design == CHOICE:
        _check_choice(axis)
    elif axis.design != "values":
        _check_numbers(axis, {**SPACED, **SAMPLED}[axis.design])
    if axis.size <= 0:
        raise ToysimError(f"axis {axis.name} is empty; give at least one value")
    if axis.size > MAX_AXIS:
        raise ToysimError(
            f"axis {axis.name} has {axis.size:.3g} values; at most {MAX_AXIS:.0e} fit on one axis"
        )
    return axis


def _check_choice(axis: Axis) -> None:
    match axis.arguments:
        case ([_, *_] | (_, *_), int() as n) if not isinstance(n, bool):
            return
    raise ToysimError(
        f"axis {axis.name}: choice = {short(list(axis.arguments))} needs values and how many, "
        f"like [[1, 2, 5], 64]"
    )


def _check_numbers(axis: Axis, count: int) -> None:
    if len(axis.arguments) != count or not all(map(_is_number, axis.arguments)):
        what = "start, stop, step" if axis.design == "arange" else "start, stop, how many"
        raise ToysimError(
            f"axis {axis.name}: {axis.design} = {short(list(axis.arguments))} needs {count} finite "
            f"numbers ({what})"
        )
    if axis.design == "arange" and axis.arguments[2] == 0:
        raise ToysimError(f"axis {axis.name}: arange with step 0; give another step")
    if axis.design != "arange" and axis.arguments[2] != int(axis.arguments[2]):
        raise ToysimError(
            f"axis {axis.name}: {axis.design} of {axis.arguments[2]} points; give a whole number"
        )


def _is_number(value: Any) -> bool:
    """A finite number of a size that arithmetic can bear."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return False
    return bool(-1e300 < value < 1e300)


def dimensions(
    axes: list[Axis], parameters: Mapping[str, Parameter], seed: int
) -> tuple[Dimension, ...]:
    """The sweep's dimensions in the order written; axes with the same ``zip`` name become one."""
    groups: dict[str, list[Axis]] = {}
    for axis in axes:
        with _speaking_of(axis.name):
            _check_tie(axis, parameters)
        groups.setdefault(axis.zip or axis.name, []).append(axis)
    return tuple(_dimension(name, members, parameters, seed) for name, members in groups.items())


def _check_tie(axis: Axis, parameters: Mapping[str, Parameter]) -> None:
    tie = axis.zip
    named = isinstance(tie, str) and tie.isidentifier() and tie not in parameters
    if tie is not None and not named:
        raise ToysimError(
            f"axis {axis.name}: zip = {short(tie)} must be a name that is no parameter"
        )


def _dimension(
    name: str, members: list[Axis], parameters: Mapping[str, Parameter], seed: int
) -> Dimension:
    with _speaking_of(members[0].name):
        if len({axis.size for axis in members}) > 1:
            lengths = ", ".join(f"{axis.name} has {axis.size}" for axis in members)
            raise ToysimError(
                f"axes tied by zip = {name!r} differ in length: {lengths}; give equal lengths"
            )
        if all(axis.design in INDEPENDENT for axis in members):
            return Dimension(name, _distinct(name, members, parameters, seed))
        values = _columns(name, members, parameters, seed, members[0].size)
        _refuse_twins(name, values)
    return Dimension(name, values, any(axis.design == "latin_hypercube" for axis in members))


def _distinct(
    name: str, members: list[Axis], parameters: Mapping[str, Parameter], seed: int
) -> dict[str, npt.NDArray[Any]]:
    """The first rows drawn that differ from each other: a cell is computed once."""
    n = members[0].size
    for draws in 2 ** np.arange(np.log2(MOST_DRAWS) + 1).astype(int):
        values = _columns(name, members, parameters, seed, n * int(draws))
        _, first = np.unique(joint_codes(list(values.values())), return_index=True)
        if len(first) >= n:
            kept = np.sort(first)[:n]
            return {key: column[kept] for key, column in values.items()}
    raise ToysimError(
        f"axis {name}: {n * MOST_DRAWS} draws gave {len(first)} different rows; ask for fewer "
        f"than {n}"
    )


def _columns(
    name: str, members: list[Axis], parameters: Mapping[str, Parameter], seed: int, n: int
) -> dict[str, npt.NDArray[Any]]:
    """Typed levels of the axes of a dimension; ``n`` rows of a sampled one."""
    values = {}
    for axis in members:
        with _speaking_of(axis.name):
            whole = parameters[axis.name].kind == "int"
            levels = _values(axis, members, name, seed, whole, n)
            values[axis.name] = _typed(axis, levels, parameters[axis.name])
    return values


def joint_codes(columns: list[npt.NDArray[Any]]) -> npt.NDArray[np.int64]:
    """One integer a row, in sorted order of the values, equal exactly where all columns are
    equal.
    """
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        _, inverse = np.unique(column, axis=0, return_inverse=True)
        code = code * (int(inverse.max()) + 1) + inverse.ravel()
        _, code = np.unique(code, return_inverse=True)
    return np.asarray(code.ravel(), np.int64)


def _values(axis: Axis, members: list[Axis], group: str, seed: int, whole: bool, n: int) -> Any:
    a = axis.arguments
    match axis.design:
        case "values":
            return list(a)
        case "linspace":
            return _rounded(np.linspace(a[0], a[1], int(a[2])), even=True)
        case "arange":
            return _rounded(a[0] + a[2] * np.arange(axis.size), even=True)
        case "logspace":
            with np.errstate(over="ignore"):
                return _rounded(np.logspace(a[0], a[1], int(a[2])), even=False)
        case "geomspace":
            if not _same_sign(a[0], a[1]):
                raise ToysimError(
                    f"axis {axis.name}: geomspace from {a[0]} to {a[1]} crosses zero; use linspace"
                )
            return _rounded(np.geomspace(a[0], a[1], int(a[2])), even=False)
    u = _unit_points(axis, members, group, seed, n)
    if axis.design == CHOICE:
        return [a[0][k] for k in (u * len(a[0])).astype(int)]
    return _sampled(axis, u, whole)


def _same_sign(a: float, b: float) -> bool:
    return a != 0 and b != 0 and (a > 0) == (b > 0)


def _rounded(values: npt.NDArray[np.float64], even: bool) -> npt.NDArray[np.float64]:
    """To fifteen digits: of the largest value where they are evenly spaced, else of each."""
    size = np.max(np.abs(values), initial=0.0) if even else np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        decimals = DIGITS - 1 - np.floor(np.log10(size))
        fits = (decimals >= 0) & (decimals < len(POWERS))
        power = POWERS[np.where(fits, decimals, 0).astype(np.int64)]
        return np.where(fits, np.rint(values * power) / power, values)


def _sampled(axis: Axis, u: npt.NDArray[np.float64], whole: bool) -> npt.NDArray[np.float64]:
    """Points of a design between low and high; whole numbers with both ends, each as likely."""
    low, high = axis.arguments[:2]
    if axis.design == "log_uniform":
        if not 0.0 < low < high:
            raise ToysimError(
                f"axis {axis.name}: log_uniform from {low} to {high}: give 0 < low < high"
            )
        spread = low * (((high + whole) / low) ** u)
        return np.asarray(np.minimum(np.floor(spread), high) if whole else spread)
    if whole:
        return np.asarray(np.minimum(np.floor(low + (high - low + 1) * u), high))
    return np.asarray(low + (high - low) * u)


def _unit_points(
    axis: Axis, members: list[Axis], group: str, seed: int, n: int
) -> npt.NDArray[np.float64]:
    """Points in [0, 1) of a sampled axis; tied axes of one kind are columns of one joint design.

    Row by row, so that a longer design begins with the shorter one; a Latin hypercube cannot.
    """
    together = [m.name for m in members if m.design == axis.design]
    column = together.index(axis.name)
    key = row_keys(seed, f"design {axis.design} {group}", {}, {}, np.zeros(1, np.int64))[0]
    generator = np.random.default_rng([int(lane) for lane in key])
    if axis.design in INDEPENDENT:
        return np.asarray(generator.random((n, len(together)))[:, column])
    from scipy.stats import qmc

    if axis.design == "latin_hypercube":
        return np.asarray(qmc.LatinHypercube(len(together), rng=generator).random(n)[:, column])
    # Drawn as a whole power of two, as the sequence's balance asks, then cut.
    sobol = qmc.Sobol(len(together), rng=generator)
    return np.asarray(sobol.random_base2(int(np.ceil(np.log2(max(n, 2)))))[:n, column])


def _typed(axis: Axis, values: Any, parameter: Parameter) -> npt.NDArray[Any]:
    """Levels in the parameter's declared type; a level that changes by it (2.5 for an integer) is
    refused.
    """
    wrong = f"axis {axis.name}: {parameter.name} is {parameter.kind}, allowed: {parameter.allowed}"
    if parameter.kind in ("choice", "bool"):
        kind = str if parameter.kind == "choice" else bool
        plain = [v.item() if isinstance(v, np.generic) else v for v in values]
        bad = [v for v in plain if not isinstance(v, kind)]
        if bad:
            raise ToysimError(f"{wrong}; got {short(bad[0])}")
        return np.array(plain)
    try:
        given = np.array(values)
    except (ValueError, OverflowError):
        raise ToysimError(
            f"axis {axis.name}: values differ in length; give lists of one length"
        ) from None
    if given.ndim != parameter.ndim + 1 or given.dtype.kind not in "iuf":
        bad = next(
            (v for v in values if isinstance(v, str | bool) or np.ndim(v) != parameter.ndim), values
        )
        raise ToysimError(f"{wrong}; got {short(bad)}")
    if not np.isfinite(given).all():
        raise ToysimError(
            f"axis {axis.name}: value {given[~np.isfinite(given)][0]} is not a finite number"
        )
    typed = given.astype(parameter.dtype)
    if not np.array_equal(typed, given):
        raise ToysimError(f"{wrong}; got {given[typed != given][0].tolist()!r}")
    return typed


def _refuse_twins(name: str, values: dict[str, npt.NDArray[Any]]) -> None:
    """No two levels of a dimension may be equal or closer than CLOSEST."""
    first = next(iter(values.values()))
    if len(values) == 1 and first.ndim == 1 and first.dtype.kind in "if":
        pair = closest_pair(first)
        if pair is not None:
            raise ToysimError(
                f"axis {name}: values {pair[0]!r} and {pair[1]!r} are equal or closer than 1e-12; "
                "drop one"
            )
        return
    seen: dict[bytes, int] = {}
    for i in range(len(first)):
        key = b"".join(canonical(column[i]) for column in values.values())
        if key in seen:
            raise ToysimError(
                f"axis {name}: entries {seen[key] + 1} and {i + 1} are equal; drop one"
            )
        seen[key] = i


def closest_pair(values: npt.NDArray[Any]) -> tuple[Any, Any] | None:
    """Two values that are equal or nearer than CLOSEST, relative to their size; None if there are
    none.
    """
    ordered = np.sort(values)
    near = np.diff(ordered) <= CLOSEST * np.maximum(np.abs(ordered[1:]), np.abs(ordered[:-1]))
    if not near.any():
        return None
    i = int(np.argmax(near))
    return ordered[i].item(), ordered[i + 1].item()
