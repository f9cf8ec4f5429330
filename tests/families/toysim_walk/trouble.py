"""A simulation that raises, hangs or dies where its parameters say so."""

import os
import time

from toysim.batch import Batch, Rows


def simulate(batch: Batch) -> Rows:
    """y = x + z; mode 1 raises, mode 2 sleeps for a minute, mode 3 ends the process."""
    time.sleep(float(batch["rest"].sum()))
    if (batch["mode"] == 1).any():
        raise ArithmeticError("asked to fail")
    if (batch["mode"] == 2).any():
        time.sleep(60)
    if (batch["mode"] == 3).any():
        os._exit(3)
    return {"y": batch["x"] + batch.normal("y")}
