"""From the students' overlaps to the error of their vote."""

import math

from toysim.models.perceptron.measures import angle


def bayes_error(r: float, q: float) -> float:
    """arccos(r/sqrt(q))/pi: how often the vote errs; 1/2 where students have nothing in common."""
    if q > 0.0:
        return angle(r / math.sqrt(q))
    return 0.5 + 0.0 * q  # NaN where there are no students
