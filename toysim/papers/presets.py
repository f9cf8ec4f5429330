"""The sweeps of a paper at a preset, each plain where its file has none of that name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from toysim.errors import ToysimError, UnknownPreset, suggest
from toysim.papers.panels import PLAIN, values_suffix
from toysim.plan import Sweep
from toysim.sweep_file import load_sweep


def store_of(spec: Sweep, results: Path) -> Path:
    """Where a sweep's data are, or would be."""
    return results / f"{spec.store_name}.zarr"


def at_preset(name: str, preset: str | None, values: Mapping[str, Any] = PLAIN.values) -> Sweep:
    """The sweep under the preset, or plain where its file has none of that name; in a store of its
    own where it keeps a parameter fixed that has another value here.
    """
    try:
        spec = load_sweep(name, preset)
    except UnknownPreset:
        return at_preset(name, None, values)
    taken = {k: v for k, v in values.items() if k in _kept_fixed(spec)}
    if not taken:
        return spec
    found = load_sweep(name, preset, taken)
    return replace(found, store_name=f"{found.store_name}.{values_suffix(taken)}")


def _kept_fixed(spec: Sweep) -> list[str]:
    return [name for name in spec.model.parameters if name not in spec.axis_names]


def refuse_no_one_takes(
    figure: str, sweeps: list[str], preset: str | None, values: Mapping[str, Any]
) -> None:
    """A value that changes nothing is a slip."""
    specs = [at_preset(name, preset) for name in sweeps]
    fixed = {name for spec in specs for name in _kept_fixed(spec)}
    axes = {name for spec in specs for name in spec.axis_names}
    for name in values:
        if name in fixed:
            continue
        why = "runs along it" if name in axes else suggest(name, sorted(fixed))
        do = "; toysim sweep SWEEP --set takes other values of an axis" if name in axes else ""
        raise ToysimError(f"{figure} has no fixed parameter {name!r}: {why}{do}", name)


def refuse_unknown(preset: str | None, sweeps: Iterable[str]) -> None:
    """A preset that none of the sweeps has is a slip: plain ones would run in its place."""
    refused = None
    for name in sweeps:
        try:
            load_sweep(name, preset)
        except UnknownPreset as error:
            refused = error
        else:
            return
    if refused is not None:
        raise refused
