"""What the claims about sparse memories come to, measured on the sweeps' data."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from toysim.figures.sparse_memory.reading import least_errors, recognition
from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable, parameter

SIZES = ("n_inputs", "n_active", "n_outputs", "n_active_outputs")
WRONG = ("false_prototype", "false_other")
RIGHT, FEW_ERRORS = 0.99, 0.1
A_FEW = (3, 12)  # exposures
MORE = 3.0  # times the recall capacity up to which recognition holds
NEAR, POOR = 0.95, 0.6
WIDE, NARROW = 12, 2  # modules of the cue
Z = 5.0


def one_exposure(exposures: xr.DataTree) -> Evidence:
    """Recognition after one exposure, exposures until few recall errors; plasticity 0.3."""
    known = recognition(exposures).sel(plasticity=0.3)
    errors = least_errors(exposures).sel(plasticity=0.3)
    few = errors["exposures"].values[(errors < FEW_ERRORS).values]
    first = int(few[0]) if len(few) else np.inf
    return Evidence(
        [bool(known.isel(exposures=0) > RIGHT), A_FEW[0] <= first <= A_FEW[1]],
        (
            Number("exposures", errors["exposures"], form="g"),
            Number("recognition", known, form=".4f"),
            Number("least recall errors over active outputs", errors, form=".3f"),
            Number("exposures until below a tenth", first, form="g"),
        ),
        f"recognition above {RIGHT:g} after one, errors below {FEW_ERRORS:g} first after "
        f"{A_FEW[0]} to {A_FEW[1]}",
    )


def robust(load: xr.DataTree) -> Evidence:
    """Pairs at one false output, and recognition at three times as many."""
    false = observable(load, "false_outputs").mean("replica")
    pairs = false["n_pairs"].values
    capacity = float(np.interp(0.0, np.log(np.maximum(false.values, 1e-9)), pairs))
    known = recognition(load)
    beyond = known.where(known["n_pairs"] > MORE * capacity, drop=True)
    sizes: dict[str, Any] = {n: int(parameter(load, n)) for n in SIZES}
    marks = [
        float(landmark("memory.willshaw", name, **sizes))
        for name in ("recall_capacity", "recognition_capacity")
    ]
    return Evidence(
        [beyond.size > 0 and bool((beyond > RIGHT).all())],
        (
            Number("pairs at one false output", capacity, marks[0], form=".0f"),
            Number("recognition by load", known, form=".4f"),
            Number("capacity of recognition over that of recall", marks[1] / marks[0], form=".2f"),
        ),
        f"recognition above {RIGHT:g} at more than {MORE:g} times the pairs of one false output",
    )


def overwritten(load: xr.DataTree) -> Evidence:
    """Do hits fall with the load?"""
    hits, _ = mean_and_error(observable(load, "hit_rate"))
    false = observable(load, "false_outputs").mean("replica")
    return Evidence(
        [float(hits.isel(n_pairs=-1)) < float(hits.isel(n_pairs=0))],
        (
            Number("hit rate by load", hits, form=".3f"),
            Number("false outputs by load", false, form=".3g"),
        ),
        "fewer hits at the highest load than at the lowest",
    )


def by_product(semantic: xr.DataTree) -> Evidence:
    """Overlap of two members; activity of the prototype's unit and of others for a new member."""
    overlap, error = mean_and_error(observable(semantic, "code_overlap"))
    law = observable(semantic, "code_overlap", "theory")
    rates = {n: observable(semantic, n).sum("matches").mean("replica") for n in WRONG}
    a, k = parameter(semantic, "similarity"), parameter(semantic, "module_size")
    shares = {"false_prototype": (1 - a) * (1 - 1 / k), "false_other": k - 2 + a + (1 - a) / k}
    prototype, other = (rates[n] / shares[n] for n in WRONG)
    return Evidence(
        np.concatenate([(abs(overlap - law) < Z * error).values, (prototype > 3.0 * other).values]),
        (
            Number("overlap of two members", overlap, law, error, form=".4f"),
            Number("activity of the prototype's unit by class size", prototype, form=".3f"),
            Number("activity of another unit", other, form=".4f"),
        ),
        "overlap as its law within five standard errors; the prototype's unit three times likelier",
    )


def instance_test(narrow: xr.DataTree, wide: xr.DataTree) -> Evidence:
    """Instance and class accuracy by similarity, for wide and narrow cues."""
    found = [
        {n: mean_and_error(observable(t, n))[0] for n in ("instance_accuracy", "class_accuracy")}
        for t in (narrow, wide)
    ]
    (few, full), name = found, "instance_accuracy"
    poor = (few[name] <= POOR) & (few[name] < few["class_accuracy"])
    a = few[name]["similarity"]
    return Evidence(
        ((full[name] >= NEAR) & poor).values,
        (
            Number("similarity", a, form="g"),
            Number(f"instances, {WIDE} modules", full[name], form=".3f"),
            Number(f"instances, {NARROW} modules", few[name], form=".3f"),
            Number(f"classes, {NARROW} modules", few["class_accuracy"], form=".3f"),
        ),
        f"instances at least {NEAR:g} by a wide cue; by a narrow one at most {POOR:g}, and below "
        "the class accuracy",
        ((a >= 0.6) & (a <= 0.7)).values,
    )


def replay(tree: xr.DataTree) -> Evidence:
    """Instance and class accuracy by exposures."""
    instance, _ = mean_and_error(observable(tree, "instance_accuracy"))
    classes, error = mean_and_error(observable(tree, "class_accuracy"))
    apart = float(classes.max() - classes.min())
    return Evidence(
        [bool((instance.diff("exposures") > 0.0).all()), apart < Z * float(error.max())],
        (
            Number("instances by exposures", instance, form=".3f"),
            Number("classes", classes, error=error, form=".3f"),
        ),
        "instances rise with every step; classes, which are read off the cue alone here, do not "
        "depend on it: the comparison is empty",
    )


def constant_hits(rate: xr.DataArray) -> Any:
    """Hits that fall with the load."""
    return rate.copy(data=np.linspace(1.0, 0.5, rate.sizes["n_pairs"])[:, None] + 0 * rate.values)


def as_after_one(values: xr.DataArray) -> Any:
    """Nothing gained by further exposures."""
    return values.isel(exposures=0).broadcast_like(values).transpose(*values.dims)
