"""A model from a function and a formula: the short form, for what a script or a notebook holds."""

from __future__ import annotations

import functools
import inspect
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args, get_origin

import numpy as np
import numpy.typing as npt
from pydantic import create_model
from pydantic.fields import FieldInfo

from toysim.batch import Batch, Row, stacked
from toysim.errors import ToysimError
from toysim.landmarks import Landmark
from toysim.model import RESERVED, Check, Dim, Model, Observable, Parameters, Rows
from toysim.outcomes import Status
from toysim.parameters import Matrix, Tensor, Vector, parameter

DRAWS = "rng"  # the name of the argument that a function's random numbers come through
ENOUGH = 1000  # replicas of the check that a stochastic model has by default
QUICK = 1.0  # seconds below which a call is timed again: the first one may have compiled
OBSERVABLES = 'observables are named with their units, for example {"position": "m"}'


def define(
    simulate: Callable[..., Any],
    theory: Callable[..., Any] | None = None,
    observables: Mapping[str, str | tuple[str, ...] | Observable] | None = None,
    *,
    id: str,
    title: str = "",
    dims: Mapping[str, int | str | Callable[[Any], int]] | None = None,
    equations: str = "",
    sources: tuple[str, ...] = (),
    seconds: float | None = None,
    checks: tuple[Check, ...] | None = None,
    landmarks: tuple[Landmark, ...] = (),
    version: int = 1,
) -> Model:
    """A ``Model`` of a function and a formula, which every call takes in place of an id.

    simulate: ``simulate(rng, drift: float = 0.5, n_steps: int = 100)`` for one row returns a dict
        by observable, or its value where there is one observable. The arguments are the parameters:
        types from annotations or defaults (int, float, bool, ``Literal`` choices, lists and arrays
        of numbers, handed over as arrays); ``drift: float = parameter(0.5, ge=0, ...)`` gives a
        range, a symbol, a unit. ``rng`` comes first, or is left out where nothing is drawn: a NumPy
        generator, and ``rng("noise")`` another one, of a stream of its own.
    theory: the prediction from any of the parameters, by their names. None or NaN: not valid. A
        theory that takes ``rng`` first sees the draws of its replica and is compared with it alone.
    observables: name to unit; of arrays to the unit and the names of the dimensions,
        ``{"path": ("m", "time")}``.
    dims: the length of each dimension: a number, the name of a parameter, or a function of the
        parameters.
    id: ``mine.walk``, two words. title: by default the first line of the docstring.
    seconds: of one row, to a factor of ten; blocks are sized by it. By default measured once.
    checks: cells where both sides must agree; by default the parameters' defaults.

    An infinite value of simulate is the status diverged. Raises ToysimError, in one line, where the
    functions and names do not fit together.
    """
    outputs = tuple(_observable(name, told) for name, told in _named(observables, id))
    names, draws = _arguments(simulate, id)
    fields: dict[str, Any] = {name: _field(p, id) for name, p in names.items()}
    known = create_model(
        f"{id.title().replace('.', '')}Parameters",
        __base__=Parameters,
        __module__=simulate.__module__,
        **fields,
    )
    rows = _RowByRow(simulate, tuple(names), draws, outputs)
    formula, paired = _theory(theory, names, outputs, id)
    measured = functools.cache(lambda: _seconds(model))
    model = Model(
        id=_two_words(id),
        title=title or (inspect.getdoc(simulate) or id).splitlines()[0],
        parameters_class=known,
        observables=outputs,
        dims=tuple(_dim(name, size, known) for name, size in (dims or {}).items()),
        simulate=rows,
        theory=formula,
        stochastic=draws,
        paired=paired,
        equations=equations,
        sources=sources,
        seconds=lambda p: seconds or measured(),
        checks=_checks(checks, theory is not None, draws and not paired),
        landmarks=landmarks,
        version=version,
    )
    _refuse_unknown_dims(model)
    return model


def _two_words(id: str) -> str:
    if id.count(".") != 1 or not all(word.isidentifier() for word in id.split(".")):
        raise ToysimError(f"id = {id!r}: two words with a dot between, for example mine.walk")
    return id


# What the functions take


def _arguments(function: Callable[..., Any], id: str) -> tuple[dict[str, inspect.Parameter], bool]:
    """The arguments that are parameters, and whether random numbers come first."""
    found = dict(inspect.signature(function, eval_str=True).parameters)
    draws = next(iter(found), "") == DRAWS
    if draws:
        del found[DRAWS]
    for name in RESERVED & set(found):
        raise ToysimError(f"{id}: {name!r} is one of the words of the engine; rename it")
    for p in found.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.POSITIONAL_ONLY) or p.name == DRAWS:
            raise ToysimError(
                f"{id}: argument {p.name!r}: rng comes first, then parameters by name"
            )
    return found, draws


def _field(argument: inspect.Parameter, id: str) -> tuple[Any, Any]:
    """Type and declaration of a parameter."""
    name, default = argument.name, argument.default
    if default is argument.empty:
        raise ToysimError(f"{id}: give {name} a default, for example {name}: float = 0.5")
    given = default.default if isinstance(default, FieldInfo) else _plain(default)
    kind = _kind(argument.annotation, given)
    if kind is None:
        told = "an int, a float, a bool, a Literal of choices, or a list of numbers"
        raise ToysimError(f"{id}: {name} = {given!r} is none of {told}; give it an annotation")
    if isinstance(default, FieldInfo):
        return kind, default
    return kind, parameter(given, symbol=name, meaning=name)


def _plain(value: Any) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _kind(annotation: Any, default: Any) -> Any:
    """The type of a parameter for ``Parameters``: lists and arrays by the default's depth."""
    if annotation in (int, float, bool, tuple[int, ...], Vector, Matrix, Tensor):
        return annotation
    if get_origin(annotation) is not None and all(isinstance(a, str) for a in get_args(annotation)):
        return annotation
    depth, inner = 0, default
    while isinstance(inner, tuple) and inner:
        depth, inner = depth + 1, inner[0]
    if type(inner) not in (int, float, bool) or depth > 3:
        return None
    if depth == 0:
        return type(inner)
    whole = depth == 1 and type(inner) is int and float not in get_args(annotation)
    return tuple[int, ...] if whole else (Vector, Matrix, Tensor)[depth - 1]


def _theory(
    theory: Callable[..., Any] | None,
    names: Mapping[str, inspect.Parameter],
    outputs: tuple[Observable, ...],
    id: str,
) -> tuple[_RowByRow | None, bool]:
    """The formula, and whether it speaks of each replica."""
    if theory is None:
        return None, False
    taken, paired = _arguments(theory, f"{id}, theory")
    for name in taken:
        if name not in names:
            known = ", ".join(names)
            raise ToysimError(f"{id}: theory takes {name!r}, which simulate does not: {known}")
    return _Formula(theory, tuple(taken), paired, outputs), paired


# What they yield


def _named(observables: Mapping[str, Any] | None, id: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(observables, Mapping) or not observables:
        raise ToysimError(f"{id}: {OBSERVABLES}")
    yield from observables.items()


def _observable(name: str, told: str | tuple[str, ...] | Observable) -> Observable:
    if isinstance(told, Observable):
        return told
    unit, *dims = (told,) if isinstance(told, str) else told
    return Observable(name, name.replace("_", " "), unit=unit or "1", dims=tuple(dims))


def _dim(name: str, size: int | str | Callable[[Any], int], known: type[Parameters]) -> Dim:
    if isinstance(size, str):
        if size not in known.model_fields:
            raise ToysimError(f"dims {name}: {size!r} is no parameter; give a number or a function")
        return Dim(name, name, lambda p: int(getattr(p, size)))
    return Dim(name, name, size if callable(size) else lambda p: int(size))


def _refuse_unknown_dims(model: Model) -> None:
    known = {d.name for d in model.dims}
    for o in model.observables:
        for dim in o.dims:
            if dim not in known:
                text = f"{o.name} has a dimension {dim!r}: give its length"
                raise ToysimError(f'{model.id}: {text}, dims={{"{dim}": "n_steps"}} or a number')


def _checks(given: tuple[Check, ...] | None, theory: bool, of_means: bool) -> tuple[Check, ...]:
    if given is not None:
        return given
    return (Check({}, replicas=ENOUGH if of_means else 1),) if theory else ()


# The functions over a batch


class Draws(np.random.Generator):
    """The random numbers of a row: a generator, and others of named streams, ``rng("noise")``."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.generator("draws").bit_generator)
        self._row = row
        self._streams: dict[str, np.random.Generator] = {}

    def __call__(self, stream: str) -> np.random.Generator:
        """The generator of a stream, which goes on where it was left."""
        if stream not in self._streams:
            self._streams[stream] = self._row.generator(stream)
        return self._streams[stream]


class _RowByRow:
    """A function of one row as a side of a model."""

    def __init__(
        self,
        function: Callable[..., Any],
        names: tuple[str, ...],
        draws: bool,
        outputs: tuple[Observable, ...],
    ) -> None:
        functools.update_wrapper(self, function)
        self.function, self.names, self.draws, self.outputs = function, names, draws, outputs

    def __call__(self, batch: Batch) -> Rows:
        return stacked([self._answer(batch, row) for row in batch.rows()])

    def _answer(self, batch: Batch, row: Row) -> dict[str, Any]:
        given = {name: self._value(batch, name, getattr(row.p, name)) for name in self.names}
        result = self.function(*([Draws(row)] if self.draws else []), **given)
        return self._judged(self._filled(result, batch.model.sizes(row.p)))

    def _value(self, batch: Batch, name: str, value: Any) -> Any:
        return np.asarray(value) if batch.model.parameters[name].ndim else value

    def _filled(self, result: Any, sizes: Mapping[str, int]) -> dict[str, npt.NDArray[Any]]:
        """The values by observable; NaN for what is left out."""
        if not isinstance(result, Mapping):
            result = {self.outputs[0].name: result}
            if len(self.outputs) > 1 and result[self.outputs[0].name] is not None:
                names = ", ".join(o.name for o in self.outputs)
                raise ValueError(f"return a dict with {names}: there are several observables")
        known = {o.name: np.full([sizes[d] for d in o.dims], np.nan) for o in self.outputs}
        told = {name: np.asarray(v, float) for name, v in result.items() if v is not None}
        return known | told

    def _judged(self, values: dict[str, npt.NDArray[Any]]) -> dict[str, Any]:
        """Infinite: it diverged."""
        infinite = any(np.isinf(v).any() for v in values.values())
        return {**values, "status": np.int8(Status.DIVERGED if infinite else Status.OK)}


class _Formula(_RowByRow):
    """A theory of one row: NaN is what it does not say, and it holds where it says something."""

    def _judged(self, values: dict[str, npt.NDArray[Any]]) -> dict[str, Any]:
        return {**values, "valid": any(np.isfinite(v).any() for v in values.values())}


def _seconds(model: Model) -> float:
    """One call at the defaults, rounded to a power of ten so that it comes out alike again."""
    batch = Batch(model, {}, {}, np.zeros(1, np.int64), seed=0)
    try:
        spent = _timed(model, batch)
        spent = _timed(model, batch) if spent < QUICK else spent
    except Exception:  # the sweep itself says which row fails, and why
        return 1e-3
    return 10.0 ** round(math.log10(max(spent, 1e-5)))


def _timed(model: Model, batch: Batch) -> float:
    start = time.perf_counter()
    model.load("simulate")(batch)
    return time.perf_counter() - start
