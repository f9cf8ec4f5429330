"""The walk's mean and variance."""

from toysim.batch import Batch, Rows


def predict(batch: Batch) -> Rows:
    """<x> = n v, <(x - n v)^2> = n."""
    return {
        "position": batch["n_steps"] * batch["drift"],
        "square": batch["n_steps"].astype(float),
    }
