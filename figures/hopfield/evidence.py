"""What the claims about the Hopfield model come to, measured on the sweeps' data."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.paper import Evidence, Number
from toysim.papers.reading import landmark, mean_and_error, observable

KEPT = 0.9  # overlap from which on a pattern is retrieved; theory jumps from 0.967
MELTED = 0.5
MIXED = (0.4, 0.6)  # overlap of the majority of three patterns with each of them: 1/2
OFTEN, SOMETIMES = 0.9, 0.1
Z = 5.0


def ends_with_a_jump(load: xr.DataTree) -> Evidence:
    """Overlap by load, at the largest size."""
    mean, error = mean_and_error(observable(load, "mean_overlap").isel(size=-1))
    capacity = float(landmark("memory.hopfield", "capacity"))
    jump = float(landmark("memory.hopfield", "overlap_at_capacity"))
    equilibrium = float(landmark("memory.hopfield", "equilibrium_capacity"))
    return Evidence(
        (mean > KEPT).values,
        (
            Number("load", mean["alpha"], form="g"),
            Number("overlap", mean, error=error, form=".3f"),
            Number("capacity", capacity, form=".6f"),
            Number("overlap there", jump, form=".5f"),
            Number("load up to which retrieval is the global minimum", equilibrium, form=".5f"),
        ),
        f"overlap above {KEPT:g}; errors are standard errors",
        (mean["alpha"] < capacity).values,
    )


def melts(temperature: xr.DataTree) -> Evidence:
    """Overlap by temperature."""
    mean, error = mean_and_error(observable(temperature, "mean_overlap"))
    known = observable(temperature, "mean_overlap", "theory")
    melting = float(landmark("memory.hopfield", "melting_temperature", alpha=0.05))
    return Evidence(
        (mean > MELTED).values,
        (
            Number("temperature", mean["temperature"], form="g"),
            Number("overlap", mean, known, error, form=".3f"),
            Number("melting temperature", melting, form=".4f"),
        ),
        f"overlap above {MELTED:g}; expected: theory, where it has a state; errors are standard "
        "errors",
        (mean["temperature"] < melting).values,
    )


def spurious(tree: xr.DataTree) -> Evidence:
    """Where runs from mixtures and from random states end."""
    end, energy = observable(tree, "largest_overlap"), observable(tree, "energy")
    mixed = end.sel(start="mixture")
    share = float(((mixed > MIXED[0]) & (mixed < MIXED[1])).mean())
    lost = float((end.sel(start="random") < KEPT).mean())
    stored, mixture = (float(energy.sel(start=s).mean()) for s in ("pattern", "mixture"))
    return Evidence(
        [share > OFTEN, lost > SOMETIMES, mixture > stored],
        (
            Number("share of mixtures that stay", share),
            Number("share of random starts that end in no pattern", lost),
            Number("energy of patterns and mixtures", [stored, mixture], form=".3f"),
        ),
        f"more than {OFTEN:g} of the mixtures stay, more than {SOMETIMES:g} of the random starts "
        "end outside the patterns, and mixtures lie higher",
    )


def sizes_round(sizes: xr.DataTree) -> Evidence:
    """Shares of runs that keep the pattern beyond the capacity, by size."""
    kept = observable(sizes, "mean_overlap") > KEPT
    share, n = kept.mean("replica").transpose("alpha", "size"), kept.sizes["replica"]
    error = np.sqrt((share * (1.0 - share) / n).values)
    apart = Z * np.hypot(error[:, 0], error[:, -1])
    return Evidence(
        (share[:, 0] - share[:, -1]).values > apart,
        (
            Number("size", share["size"], form="g"),
            *(
                Number(f"share kept at load {float(a):g}", share[k], error=error[k], form=".3f")
                for k, a in enumerate(share["alpha"].values)
            ),
        ),
        "the smallest size keeps more than the largest, by five standard errors",
    )
