"""Sweep files: TOML with a model, fixed values, axes and presets, read to a ``Sweep``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toysim.array_files import sets_of_table, with_arrays
from toysim.design import nesting
from toysim.errors import ToysimError, UnknownPreset, short, suggest
from toysim.paper import DEFAULT_PRESET
from toysim.plan import Sweep, build_sweep
from toysim.registry import all_sweeps, load_model

KEYS = (
    "model",
    "question",
    "simulation",
    "replicas",
    "seed",
    "common_random_numbers",
    "fixed",
    "axes",
    "sets",
    "where",
    "refine",
    "presets",
)
SET = "set"  # the dimension of parameter sets
PRESET_KEYS = ("replicas", "fixed", "axes", "where", "refine")


def load_sweep(
    name: str | Path,
    preset: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    where: str | None = None,
) -> Sweep:
    """A sweep file by name (``critical_periods.depth``) or path, with a preset, overriding values
    and another ``where`` laid over it. Every refusal is one line that names file and line.
    """
    path, label = _find(name)
    text = _read(path)
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ToysimError(f"{path.name}: not TOML: {error}") from None
    except ValueError as error:  # an integer of thousands of digits
        raise ToysimError(f"{path.name}: {error}") from None
    try:
        return _build(label, raw, preset, dict(overrides or {}), where, text, path.parent)
    except UnknownPreset:
        raise
    except ToysimError as error:
        place = _place(path, text, error.key)
        raise ToysimError(f"{place}: {error}", error.key) from None


def _find(name: str | Path) -> tuple[Path, str]:
    """Path and label of a sweep file."""
    known = all_sweeps()
    if str(name) in known:
        return known[str(name)], str(name)
    path = Path(name)
    if path.is_file():
        return path, path.stem
    if path.suffix == ".toml":
        raise ToysimError(f"no sweep file {str(name)!r}; check the path")
    raise ToysimError(
        f"unknown sweep {str(name)!r}: {suggest(str(name), known, 'toysim list sweeps')}"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ToysimError(
            f"cannot read {path.name}: {error}; a sweep file is plain TOML in UTF-8"
        ) from None


def _place(path: Path, text: str, key: str | None) -> str:
    """``file:line`` of a key, else the file."""
    if key is not None:
        pattern = re.compile(rf"\s*(\[(.*\.)?)?[\"']?{re.escape(key)}[\"']?\s*[\]=]")
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.match(line):
                return f"{path.name}:{number}"
    return path.name


def _build(
    name: str,
    raw: dict[str, Any],
    preset: str | None,
    overrides: dict[str, Any],
    where: str | None,
    text: str,
    folder: Path,
) -> Sweep:
    _known_keys(raw, KEYS, "sweep file")
    if not isinstance(raw.get("model"), str):
        line = 'model is missing; add a line like model = "deep_linear.modes"'
        raise ToysimError(line, "model")
    chosen = _preset(_table(raw, "presets"), preset)
    fixed = {**_table(raw, "fixed"), **_table(chosen, "fixed")}
    axes = _table(raw, "axes")
    axes |= {name: _tied(axes.get(name), value) for name, value in _table(chosen, "axes").items()}
    model = load_model(raw["model"])
    ndims = {name: p.ndim for name, p in model.parameters.items()}
    fixed = with_arrays(fixed, folder, ndims)
    axes = with_arrays(axes, folder, {name: ndim + 1 for name, ndim in ndims.items()})
    axes = with_sets(axes, sets_of_table(_table(raw, "sets"), folder), fixed)
    model.refuse_unknown(overrides)
    for key, value in overrides.items():
        several = isinstance(value, Mapping) or nesting(value) > model.parameters[key].ndim
        if key in axes:
            axes[key] = _tied(axes[key], value if several else [value])
        elif several or isinstance(value, Mapping) or nesting(value) > model.parameters[key].ndim:
            fixed.pop(key, None)
            axes[key] = value
        else:
            fixed[key] = value
    own = preset not in (None, DEFAULT_PRESET) and "fixed" in chosen
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
        where=chosen.get("where", raw.get("where", "")) if where is None else where,
        text=text,
        refine=chosen.get("refine", raw.get("refine")),
        store_name=f"{name}.{preset}" if own else name,
    )


def _tied(before: Any, values: Any) -> Any:
    """Other values of an axis, which stays tied to those it was tied to."""
    tie = before.get("zip") if isinstance(before, Mapping) else None
    if tie is None or (isinstance(values, Mapping) and "zip" in values):
        return values
    return {**(values if isinstance(values, Mapping) else {"values": values}), "zip": tie}


def with_sets(
    axes: dict[str, Any], sets: Mapping[str, list[Any]], fixed: Mapping[str, Any]
) -> dict[str, Any]:
    """The axes, and before them the columns of parameter sets, which are one dimension."""
    for name in sets:
        if name in axes or name in fixed:
            raise ToysimError(f"{name} stands in sets and elsewhere; drop one of the two", name)
    columns = {name: {"values": values, "zip": SET} for name, values in sets.items()}
    return {**columns, **axes}


def _known_keys(table: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in allowed:
            raise ToysimError(f"unknown key {key!r} in {where}: {suggest(key, allowed)}", key)


def _table(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = raw.get(key, {})
    if not isinstance(value, dict):
        raise ToysimError(
            f"{key} = {short(value)} must be a table: write [{key}] above its entries", key
        )
    return value


def _preset(presets: dict[str, Any], name: str | None) -> dict[str, Any]:
    """The overrides of a preset; ``quick`` is the default and may be left out of a file."""
    for key in presets:
        if not re.fullmatch(r"[\w-]+", key):  # it is a part of a store's name
            told = f"preset {short(key)}: letters, digits, - and _ make a name"
            raise ToysimError(told, "presets")
        _known_keys(_table(presets, key), PRESET_KEYS, f"preset {key}")
    if name in (None, DEFAULT_PRESET):
        return _table(presets, DEFAULT_PRESET)
    if name not in presets:
        known = suggest(str(name), [*presets, DEFAULT_PRESET])
        raise UnknownPreset(f"unknown preset {name!r}: {known}")
    return _table(presets, str(name))
