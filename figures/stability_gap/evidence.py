"""What the claims about the stability gap come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, observable

WON_BACK = 1e-6  # old loss that counts as none
STAYS = 1e-6  # of its size: a change of a residual that counts as none


def held(course: xr.DataArray) -> Any:
    """A course held at its start."""
    return np.broadcast_to(course.isel(record=slice(0, 1)).values, course.shape)


def transient_with_full_replay(course: xr.DataTree) -> Evidence:
    """Old loss at its largest and at the end."""
    loss = observable(course, "old_loss").transpose("replay_weight", "record").values
    gap, end = loss.max(axis=1), loss[:, -1]
    law = observable(course, "flow_gap", "theory").values
    return Evidence(
        (gap > 100.0 * WON_BACK) & (end < WON_BACK),
        (
            Number("replay weight", observable(course, "gap")["replay_weight"], form="g"),
            Number("largest old loss", gap, law, form=".6f"),
            Number("at the end", end, form=".1e"),
        ),
        f"the old loss rises above {100.0 * WON_BACK:g} and ends below {WON_BACK:g}; expected is "
        "gradient flow",
    )


def hidden_by_sparse_evaluation(course: xr.DataTree) -> Evidence:
    """Old loss at the ends of the tasks, against the largest between."""
    loss = observable(course, "old_loss").transpose("replay_weight", "record").values
    ends = np.maximum(loss[:, 0], loss[:, -1])
    return Evidence(
        ends < WON_BACK * loss.max(axis=1),
        (Number("old loss at task ends over the largest", ends / loss.max(axis=1), form=".1e"),),
        f"below {WON_BACK:g} at both ends",
    )


def with_dip(course: xr.DataArray) -> Any:
    """The dip's depth added to the end."""
    return course.values + course.max("record").values[:, None] * (course["record"].values > 0)


def more_dissimilar_larger(overlap: xr.DataTree) -> Evidence:
    """From each cosine to the next, the gap with both labels 1."""
    gap = observable(overlap, "gap").transpose("labels", "overlaps")
    cosine = observable(overlap, "overlaps_value").values[:, 0]
    same, fixed = (gap.sel(labels=name).values for name in ("same", "residual"))
    star = float(landmark("continual.stability_gap", "worst_overlap"))
    middle = 0.5 * (cosine[1:] + cosine[:-1])
    return Evidence(
        np.append(np.diff(same) < 0.0, np.diff(fixed) < 0.0),
        (
            Number("cosine", cosine, form="g"),
            Number("gap, both labels 1", same, form=".2e"),
            Number("gap, residual 1", fixed, form=".2e"),
            Number("cosine of the largest gap, both labels 1", cosine[np.argmax(same)], star),
        ),
        "the gap falls from each cosine to the next",
        np.append(middle > star, np.zeros(len(middle), bool)),
    )


def courses(methods: xr.DataTree) -> Any:
    """Old residual (methods, records)."""
    return observable(methods, "old_residual").isel(pair=0).transpose("how", "record")


def all_methods(methods: xr.DataTree) -> Evidence:
    """Does the old residual rise and come back, by method?"""
    residual = courses(methods)
    size = np.abs(residual.values)
    peak, end = size.max(axis=1), size[:, -1]
    names = [str(name) for name in residual["method"].values]
    dips = (peak > STAYS) & (peak - end > STAYS * peak)
    known = {"replay", "ewc", "ewc_full"}
    return Evidence(
        dips,
        tuple(
            Number(f"{name}, angle {angle:g}: largest and last old residual", [a, b], form=".4f")
            for name, angle, a, b in zip(
                names, residual["angle"].values, peak, residual.values[:, -1], strict=True
            )
        ),
        f"the old residual comes back from its largest by more than {STAYS:g} of it",
        [name in known for name in names],
    )


def as_replay(residual: xr.DataArray) -> Any:
    """The course of replay added to every method's."""
    replay = residual.isel(how=int(np.argmax(residual["method"].values == "replay")), drop=True)
    return (residual + replay).transpose(*residual.dims)


def momentum_deepens(step: xr.DataTree) -> Evidence:
    """Largest old residual from each momentum to the next, at every step."""
    gap = observable(step, "gap").transpose("learning_rate", "momentum")
    peak = np.sqrt(2.0 * gap.values)
    flow = np.sqrt(2.0 * observable(step, "flow_gap", "theory").values.ravel()[0])
    return Evidence(
        np.diff(peak, axis=1) > 0.0,
        (
            Number("steps", gap["learning_rate"], form="g"),
            Number("largest old residual without momentum", peak[:, 0], flow, form=".4f"),
            Number("with momentum 0.9", peak[:, -1], form=".4f"),
        ),
        "rises with momentum at each step; expected is gradient flow",
    )
