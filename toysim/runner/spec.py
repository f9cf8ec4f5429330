"""A sweep as data: model, fixed values, dimensions, replicas, seed; read from a file or built from
Python.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toysim.errors import ToysimError, suggest
from toysim.model import RESERVED, Model, Side
from toysim.registry import all_sweeps, load_model
from toysim.runner.design import Dimension, dimensions, parse_axis

KEYS = (
    "model",
    "question",
    "simulation",
    "replicas",
    "seed",
    "common_random_numbers",
    "fixed",
    "axes",
    "presets",
)
PRESET_KEYS = ("replicas", "fixed", "axes")
MANY_LEVELS = (
    1000  # beyond it only an axis' ends are validated: ranges are intervals, and values cost time
)


@dataclass(frozen=True)
class Sweep:
    """A validated sweep. ``store_name`` is the folder below ``results/`` that it grows."""

    name: str
    store_name: str
    model: Model
    fixed: dict[str, Any]
    dimensions: tuple[Dimension, ...]
    replicas: int
    seed: int
    common_random_numbers: bool
    question: str
    text: str
    parameters: Any  # the typed parameters of the first cell
    simulation: bool = True  # false: theory alone

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(d) for d in self.dimensions)

    @property
    def n_cells(self) -> int:
        n = 1
        for length in self.shape:
            n *= length
        return n

    @property
    def axis_names(self) -> list[str]:
        return [name for d in self.dimensions for name in d.values]

    def columns(self, cells: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
        """Axis values of cells given by their index in the product, last dimension fastest."""
        levels = np.unravel_index(cells, self.shape) if self.dimensions else ()
        return {
            name: np.ascontiguousarray(values[level])
            for d, level in zip(self.dimensions, levels, strict=True)
            for name, values in d.values.items()
        }

    @property
    def sides(self) -> tuple[Side, ...]:
        """What is computed and stored."""
        return self.model.sides(self.simulation)

    @cached_property
    def identity(self) -> dict[str, Any]:
        """What a store is the store of; axes' values and replicas are growth and not part of it."""
        fixed = {
            n: v
            for n, v in self.parameters.model_dump(mode="json").items()
            if n not in self.axis_names
        }
        return {
            "model": self.model.id,
            "version": self.model.version,
            "fixed": fixed,
            "axes": {d.name: list(d.values) for d in self.dimensions},
            "seed": self.seed,
            "common_random_numbers": self.common_random_numbers,
            "simulation": self.simulation,
        }

    @cached_property
    def request_hash(self) -> str:
        """Hash of identity, levels and replicas: the same request again needs no matching of
        cells.
        """
        digest = hashlib.blake2b(
            json.dumps([self.identity, self.replicas], sort_keys=True).encode(), digest_size=16
        )
        for d in self.dimensions:
            for name, values in d.values.items():
                digest.update(
                    name.encode()
                    + str(values.dtype).encode()
                    + np.ascontiguousarray(values).tobytes()
                )
        return digest.hexdigest()


def load_sweep(
    name: str | Path, preset: str | None = None, overrides: Mapping[str, Any] | None = None
) -> Sweep:
    """A sweep file by name (``critical_periods.depth``) or path, with a preset and ``--set`` values
    laid over it.
    """
    path = all_sweeps().get(str(name)) or Path(name)
    if not path.is_file():
        if path.suffix == ".toml":
            raise ToysimError(f"no sweep file {str(name)!r}; check the path")
        raise ToysimError(f"unknown sweep {str(name)!r}: {suggest(str(name), all_sweeps())}")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ToysimError(
            f"cannot read {path.name}: {error}; a sweep file is plain TOML in UTF-8"
        ) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ToysimError(f"{path.name}: not TOML: {error}") from None
    label = str(name) if str(name) in all_sweeps() else path.stem
    try:
        return _build(label, raw, preset, dict(overrides or {}), text)
    except ToysimError as error:
        raise ToysimError(f"{_place(path, text, str(error))}: {error}") from None


def _place(path: Path, text: str, message: str) -> str:
    """``file:line`` of the first key of the file that the message speaks of."""
    for word in re.findall(r"[A-Za-z_][A-Za-z_0-9]*", message):
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(rf"\s*(\[.*\b)?[\"']?{word}[\"']?\s*[\]=]", line):
                return f"{path.name}:{number}"
    return path.name


def _build(
    name: str, raw: dict[str, Any], preset: str | None, overrides: dict[str, Any], text: str
) -> Sweep:
    _known_keys(raw, KEYS, "sweep file")
    if not isinstance(raw.get("model"), str):
        raise ToysimError('model is missing; add a line like model = "deep_linear.modes"')
    presets = _table(raw, "presets")
    chosen = _preset(presets, preset)
    fixed = {**_table(raw, "fixed"), **_table(chosen, "fixed")}
    axes = {**_table(raw, "axes"), **_table(chosen, "axes")}
    model = load_model(raw["model"])
    for key, value in overrides.items():
        if key not in model.parameters:
            raise ToysimError(
                f"unknown parameter {key!r} of {model.id}: {suggest(key, model.parameters)}"
            )
        if key in axes:
            axes[key] = value if _nesting(value) > model.parameters[key].ndim else [value]
        else:
            fixed[key] = value
    own = preset is not None and preset != "quick" and "fixed" in chosen
    return build_sweep(
        name,
        model,
        fixed,
        axes,
        replicas=chosen.get("replicas", raw.get("replicas", 1)),
        seed=raw.get("seed", 0),
        common_random_numbers=raw.get("common_random_numbers", False),
        simulation=raw.get("simulation", True),
        question=raw.get("question", ""),
        text=text,
        store_name=f"{name}.{preset}" if own else name,
    )


def _known_keys(table: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in allowed:
            raise ToysimError(f"unknown key {key!r} in {where}: {suggest(key, allowed)}")


def _table(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key, {})
    if not isinstance(value, dict):
        raise ToysimError(f"{key} = {value!r} must be a table: write [{key}] above its entries")
    return value


def _preset(presets: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The overrides of a preset; ``quick`` is the default and may be left out of a file."""
    for key in presets:
        _known_keys(_table(presets, key), PRESET_KEYS, f"preset {key}")
    if name in (None, "quick"):
        return _table(presets, "quick")
    if name not in presets:
        raise ToysimError(f"unknown preset {name!r}: {suggest(str(name), [*presets, 'quick'])}")
    return _table(presets, str(name))


def _nesting(value: Any) -> int:
    if isinstance(value, np.ndarray):
        return value.ndim
    if isinstance(value, list | tuple | range):
        return 1 + (max((_nesting(v) for v in value[:1]), default=0))
    return 1 if isinstance(value, Mapping) else 0


def split_arguments(
    model: Model, arguments: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Python keywords into fixed values and axes: one dimension more than declared makes an
    axis.
    """
    fixed: dict[str, Any] = {}
    axes: dict[str, Any] = {}
    for name, value in arguments.items():
        if name not in model.parameters:
            raise ToysimError(
                f"unknown parameter {name!r} of {model.id}: {suggest(name, model.parameters)}"
            )
        is_axis = isinstance(value, Mapping) or _nesting(value) > model.parameters[name].ndim
        (axes if is_axis else fixed)[name] = value
    return fixed, axes


def build_sweep(
    name: str,
    model: Model,
    fixed: Mapping[str, Any],
    axes: Mapping[str, Any],
    *,
    replicas: Any = 1,
    seed: Any = 0,
    common_random_numbers: Any = False,
    simulation: Any = True,
    question: str = "",
    text: str = "",
    store_name: str = "",
) -> Sweep:
    """Validate everything that can be known before running; every refusal is one line."""
    _integer("replicas", replicas, 1)
    _integer("seed", seed, 0)
    for key, value in (
        ("common_random_numbers", common_random_numbers),
        ("simulation", simulation),
    ):
        if not isinstance(value, bool):
            raise ToysimError(f"{key} = {value!r} must be true or false")
    if not model.sides(simulation):
        raise ToysimError(f"simulation = false leaves nothing to compute: {model.id} has no theory")
    for key in axes:
        if key not in model.parameters:
            raise ToysimError(
                f"unknown parameter {key!r} of {model.id}: {suggest(key, model.parameters)}"
            )
        if key in fixed:
            raise ToysimError(f"{key} is fixed and also an axis; drop one of the two")
    _refuse_lists(model, fixed)
    built = dimensions([parse_axis(n, v) for n, v in axes.items()], model.parameters, seed)
    _refuse_taken_names(model, built)
    parameters = _validate_levels(model, dict(fixed), built)
    return Sweep(
        name=name,
        store_name=store_name or name,
        model=model,
        fixed={n: v for n, v in parameters.model_dump().items() if n not in axes},
        dimensions=built,
        replicas=int(replicas),
        seed=int(seed),
        common_random_numbers=common_random_numbers,
        question=question,
        text=text,
        parameters=parameters,
        simulation=simulation,
    )


def _integer(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ToysimError(f"{name} = {value!r} must be a whole number of at least {least}")


def _refuse_lists(model: Model, fixed: Mapping[str, Any]) -> None:
    for name, value in fixed.items():
        p = model.parameters.get(name)
        if p is not None and (isinstance(value, Mapping) or _nesting(value) > p.ndim):
            raise ToysimError(f"{name} is fixed but holds several values; move it to the axes")


def _refuse_taken_names(model: Model, built: tuple[Dimension, ...]) -> None:
    """A dimension named like an output could not be read back."""
    taken = (
        RESERVED
        | {o.name for o in (*model.observables, *model.diagnostics)}
        | {d.name for d in model.dims}
    )
    for d in built:
        if d.name in taken:
            raise ToysimError(
                f"zip = {d.name!r} is the name of an output of {model.id} or of the engine; "
                "rename it"
            )


def _validate_levels(model: Model, fixed: dict[str, Any], built: tuple[Dimension, ...]) -> Any:
    """Validate each level with the other dimensions at their first; sizes must not change along
    any.
    """
    first = {name: values[0] for d in built for name, values in d.values.items()}
    parameters = model.validate({**fixed, **first})
    sizes = model.sizes(parameters)
    for d in built:
        for i in _levels_to_check(d):
            here = {name: values[i] for name, values in d.values.items()}
            shown = ", ".join(f"{n} = {v.tolist()!r}" for n, v in here.items())
            checked = model.validate(
                {**fixed, **first, **here}, where=f"axis {d.name}, value {i + 1}: "
            )
            changed = {k: v for k, v in model.sizes(checked).items() if v != sizes[k]}
            if changed:
                key, value = next(iter(changed.items()))
                raise ToysimError(
                    f"axis {d.name}: at {shown} the dimension {key!r} has length {value} instead "
                    f"of {sizes[key]}; "
                    f"observables must keep their shape, so sweep {d.name} in separate sweeps"
                )
    return parameters


def _levels_to_check(d: Dimension) -> list[int]:
    if len(d) <= MANY_LEVELS:
        return list(range(len(d)))
    ends: set[int] = {0, len(d) - 1}
    for values in d.values.values():
        if values.ndim > 1 or values.dtype.kind not in "if":
            return list(range(len(d)))
        ends |= {int(np.argmin(values)), int(np.argmax(values))}
    return sorted(ends)
