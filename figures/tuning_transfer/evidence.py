"""What the claims about transferred tuning come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.tuning_transfer.reading import LONG, kinds, standard_error
from toysim.paper import Evidence, Number

CLEAR = 2.0  # standard errors over scenarios, or over common directions


def overestimates(tune: xr.DataTree, common: xr.DataTree) -> Evidence:
    """Error on the scenario that was tuned on, and on the others."""
    found = kinds(tune, common)
    excess = np.array([c.excess.mean(axis=1) for c in found.values()])
    error = np.array([standard_error(c.excess) for c in found.values()])
    numbers = [
        Number(f"{name}: error where tuned, one plasticity and one a visit", c.conventional.mean(1))
        for name, c in found.items()
    ]
    numbers += [
        Number(f"{name}: error elsewhere", c.transferred.mean(axis=1), error=e)
        for (name, c), e in zip(found.items(), error, strict=True)
    ]
    return Evidence(
        excess > CLEAR * error,
        tuple(numbers),
        f"larger elsewhere by {CLEAR:g} standard errors over scenarios or common directions, in "
        "both algorithms",
    )


def ranking_reverses(tune: xr.DataTree, common: xr.DataTree) -> Evidence:
    """Is the algorithm that is better where it was tuned the worse elsewhere?"""
    found = kinds(tune, common)
    better = [c.conventional[1].mean() < c.conventional[0].mean() for c in found.values()]
    worse = np.array([c.worse.mean() for c in found.values()])
    error = np.array([float(standard_error(c.worse)) for c in found.values()])
    return Evidence(
        np.array(better) & (worse > CLEAR * error),
        (
            *(
                Number(
                    f"{name}: one a visit less one plasticity, elsewhere", w, error=e, form=".4f"
                )
                for name, w, e in zip(found, worse, error, strict=True)
            ),
            Number(
                "share of pairs in which one a visit is worse", [c.share for c in found.values()]
            ),
        ),
        "one a visit is better where it was tuned, and worse elsewhere by "
        f"{CLEAR:g} standard errors over scenarios or common directions",
        [name != LONG for name in found],
    )
