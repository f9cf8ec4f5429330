"""What the claims about branches, transitions and stability come to, read off sweeps of the theory alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.claims import Evidence
from toysim.drawing import observable, parameter

# By their equations: where the overlap's curve alpha(r) turns around, where free entropies agree, replicon value 1.
HIGH_BEGINS, LOW_ENDS, CROSSING, LOW_BREAKS = 1.4989, 1.9058, 1.6502, 0.7289
CURVED = 2e-3  # of a load: a straight line between neighbouring points of these grids
WINDOW = (1.6, 2.2)  # loads of the power law
STEEP, STEEPEST = -11.0, -14.5


def both_present(tree: xr.DataTree) -> xr.DataArray:
    """Where two saddle points coexist."""
    present = observable(tree, "branch_present", "theory").all("saddle")
    return present.isel(branch=0, drop=True) if "branch" in present.dims else present


def crossing(tree: xr.DataTree, load: str, **at: Any) -> float:
    """Load at which two coexisting free entropies agree, on a line between grid points; NaN if none of them do."""
    free_entropy = observable(tree, "branch_free_entropy", "theory")
    if "branch" in free_entropy.dims:
        free_entropy = free_entropy.isel(branch=0)
    gain = free_entropy.diff("saddle").isel(saddle=0).where(both_present(tree)).sel(at).dropna(load)
    if not gain.size or gain.min() > 0 or gain.max() < 0:
        return float("nan")
    return float(np.interp(0.0, gain, gain[load]))


def learning_jumps(tree: xr.DataTree) -> Evidence:
    """The grid's window of two branches encloses the exact one to a step, and the crossing lies where it should."""
    both = both_present(tree)
    alpha = both["alpha"].values
    step, inside = alpha[1] - alpha[0], alpha[both.values]
    first, last, cross = float(inside.min()), float(inside.max()), crossing(tree, "alpha")
    return Evidence(
        measured=f"two branches from alpha = {first:g} to {last:g}, free entropies cross at {cross:.4f}",
        expected=f"{HIGH_BEGINS} to {LOW_ENDS}, crossing {CROSSING}",
        error=f"the grid's step {step:g}; crossing on a line between grid points, {CURVED:g}",
        holds=np.array(
            [0 <= first - HIGH_BEGINS <= step, 0 <= LOW_ENDS - last <= step, abs(cross - CROSSING) < CURVED]
        ),
    )


def replica_symmetry_holds(tree: xr.DataTree) -> Evidence:
    """Replicon values of both branches, load by load; the limits say where they are below 1."""
    stability = observable(tree, "stability", "theory")
    alpha, high = stability["alpha"], both_present(tree) & (stability["branch"] == "high")
    beyond = alpha > LOW_ENDS
    low = stability.sel(branch="low")
    breaks = float(np.interp(1.0, low.where(alpha < 1, drop=True), alpha.where(alpha < 1, drop=True)))
    within = ((alpha < LOW_BREAKS) | high | beyond).transpose(*stability.dims)
    return Evidence(
        measured=f"replicon value of the low branch 1 at alpha = {breaks:.4f}, {float(low.max()):.3g} at most; of the "
        f"high branch {float(stability.where(high).max()):.3g} at most",
        expected=f"below 1 throughout; derived: 1 at {LOW_BREAKS}",
        error="line between grid points",
        holds=(stability < 1).values,
        within=within.values,
    )


def error_falls_steeply(tree: xr.DataTree) -> Evidence:
    """Slope of log error over log alpha on the high branch, over the whole window and between its neighbours."""
    error = observable(tree, "error", "theory").sel(branch="high")
    error = error.where((error["alpha"] > WINDOW[0] - 1e-9) & (error["alpha"] < WINDOW[1] + 1e-9), drop=True)
    x, y = np.log(error["alpha"].values), np.log(error.values)
    slope, local = float(np.polyfit(x, y, 1)[0]), np.diff(y) / np.diff(x)
    return Evidence(
        measured=f"exponent {slope:.2f} over alpha = {WINDOW[0]:g} to {WINDOW[1]:g}; between neighbours "
        f"{local[0]:.1f} at the beginning, {local[-1]:.1f} at the end",
        expected="-13.1; -11 to -14.5 counts, as the exponent depends on the window: it is no constant",
        error="none: deterministic",
        holds=np.array([STEEPEST <= slope <= STEEP]),
    )


def second_task_jumps(trees: list[xr.DataTree]) -> Evidence:
    """Two branches at every strength of the divergence and overlap of the teachers, in an earlier window for larger."""
    said, holds = [], []
    for tree in trees:
        both = both_present(tree)
        windows = []
        for r0 in both["task_overlap"].values:
            loads = both["alpha_2"].values[both.sel(task_overlap=r0).values]
            windows.append((loads.min(), loads.max()) if loads.size else (np.nan, np.nan))
            cross = crossing(tree, "alpha_2", task_overlap=r0)
            met = f", free entropies cross at {cross:.2f}" if np.isfinite(cross) else ""
            said.append(
                f"gamma = {parameter(tree, 'gamma'):g}, r0 = {r0:g}: {windows[-1][0]:g} to {windows[-1][1]:g}{met}"
            )
        holds.append(np.isfinite(windows).all() and np.all(np.diff(windows, axis=0) < 0))
    return Evidence(
        measured="; ".join(said),
        expected="loads with two branches at every gamma and r0, earlier ones for larger r0",
        error="windows to the grid's step, crossings on a line between grid points",
        holds=np.array(holds),
    )
