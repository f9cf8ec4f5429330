"""What the claims about transferred tuning come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.tuning_transfer.reading import own, scored, settings, standard_error
from toysim.paper import Evidence, Number

CLEAR = 2.0  # standard errors over scenarios


def overestimates(tune: xr.DataTree) -> Evidence:
    """Error on the scenario that was tuned on, and on the others."""
    found = [scored(tune, k) for k in range(len(settings(tune)))]
    excess = np.array([s.excess.mean(axis=1) for s in found])
    error = np.array([standard_error(s.excess) for s in found])
    numbers = [
        Number(f"{name}: error where tuned, one plasticity and one a visit", s.conventional.mean(1))
        for name, s in zip(settings(tune), found, strict=True)
    ]
    numbers += [
        Number(f"{name}: error elsewhere", s.transferred.mean(axis=1), error=e)
        for name, s, e in zip(settings(tune), found, error, strict=True)
    ]
    return Evidence(
        excess > CLEAR * error,
        tuple(numbers),
        f"larger elsewhere by {CLEAR:g} standard errors over scenarios, in both algorithms",
    )


def ranking_reverses(tune: xr.DataTree) -> Evidence:
    """Is the algorithm that is better where it was tuned the worse elsewhere?"""
    found = [scored(tune, k) for k in range(len(settings(tune)))]
    better = [s.conventional[1].mean() < s.conventional[0].mean() for s in found]
    worse = np.array([s.worse.mean() for s in found])
    error = np.array([float(standard_error(s.worse)) for s in found])
    return Evidence(
        np.array(better) & (worse > CLEAR * error),
        (
            *(
                Number(
                    f"{name}: one a visit less one plasticity, elsewhere", w, error=e, form=".4f"
                )
                for name, w, e in zip(settings(tune), worse, error, strict=True)
            ),
            Number("share of pairs in which one a visit is worse", [s.share for s in found]),
        ),
        "one a visit is better where it was tuned, and worse elsewhere by "
        f"{CLEAR:g} standard errors over scenarios",
        own(tune),
    )
