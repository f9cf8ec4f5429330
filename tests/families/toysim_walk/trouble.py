"""A simulation that goes wrong as its parameters say."""

import os
import time

import numpy as np

from toysim.batch import Batch, Rows


def simulate(batch: Batch) -> Rows:
    """y = x + z; mode 1 raises, 2 sleeps for a minute, 3 ends the process, 4 asks for more memory
    than there is, 5 gives NaN, 6 a row too many.
    """
    time.sleep(float(batch["rest"].sum()))
    if (batch["mode"] == 1).any():
        raise ArithmeticError("asked to fail")
    if (batch["mode"] == 2).any():
        time.sleep(60)
    if (batch["mode"] == 3).any():
        os._exit(3)
    if (batch["mode"] == 4).any():
        np.ones(2**40)
    y = np.where(batch["mode"] == 5, np.nan, batch["x"] + batch.normal("y"))
    return {"y": np.append(y, 0.0) if (batch["mode"] == 6).any() else y}
