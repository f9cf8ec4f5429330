"""What the claims about delayed generalization come to."""

from __future__ import annotations

import numpy as np
import xarray as xr

from toysim.figures.delayed_generalization.reading import limits
from toysim.paper import Evidence, Number
from toysim.papers.reading import mean_and_error, observable, parameter

LONG = 10.0  # times the train time
NEAR = 0.02  # of the limit
RESOLVED = 0.1  # time x lower edge above which the edge's fluctuations show


def grokking(delay: xr.DataTree) -> Evidence:
    """Test time at ten times the train time or more; NaN, never, is no delay."""
    test, train = (observable(delay, f"time_{name}", "theory") for name in ("test", "train"))
    gamma = test["n_features"].values / parameter(delay, "n_samples")
    share = (test / train).values
    return Evidence(
        share >= LONG,
        (
            Number("d/N", gamma, form=".4g"),
            Number("train time", train, form=".4g"),
            Number("test time over train time", share, LONG, form=".4g"),
        ),
        f"test time at least {LONG:g} times the train time; nan: never accurate",
        (gamma >= 0.9) & (gamma <= 1.0),
    )


def memorisation_does_not_wait(delay: xr.DataTree) -> Evidence:
    """Train times from d/N = 0.9 to 1 against their limit at d = N."""
    train = observable(delay, "time_train", "theory")
    gamma = train["n_features"].values / parameter(delay, "n_samples")
    near = (gamma >= 0.9) & (gamma <= 1.0)
    limit = limits(delay)[0]
    return Evidence(
        abs(train.values[near] / limit - 1.0) <= NEAR,
        (
            Number("d/N", gamma[near], form=".4g"),
            Number("train time", train.values[near], limit, NEAR * limit, form=".4g"),
        ),
        "within 2 % of the limit at d = N, to leading order in the tolerance",
    )


def drawn_losses_follow(courses: xr.DataTree) -> Evidence:
    """Largest distance of mean losses from the law, before the edge is resolved."""
    time = observable(courses, "time", "theory")
    n_samples = parameter(courses, "n_samples")
    edge = (1.0 - np.sqrt(time["n_features"] / n_samples)) ** 2
    off, allowed = [], []
    for name in ("train_loss", "test_loss"):
        mean, error = mean_and_error(observable(courses, name))
        law = observable(courses, name, "theory")
        early = time * edge <= RESOLVED
        off.append((abs(mean - law).where(early) / law).max("record").values)
        bound = 5.0 * error + 1.0 / time["n_features"]
        excess = (abs(mean - law) - bound).where(early).max("record")
        allowed.append((excess <= 0.0).values)
    return Evidence(
        np.array(allowed),
        (Number("largest relative distance, train and test by d", np.array(off), form=".2g"),),
        f"within 5 standard errors and 1/d while time x lower edge <= {RESOLVED:g}",
    )
