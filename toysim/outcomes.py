"""What can come out of a row, a run, a comparison and a claim: one word each, in one place."""

from enum import IntEnum, StrEnum


class State(IntEnum):
    """State of a row in a store, the only judge of done."""

    NOT_RUN = 0
    OK = 1
    FAILED = 2
    TIMED_OUT = 3
    NOT_ASKED_FOR = 4


class Status(IntEnum):
    """How a simulation ended, as it says itself."""

    OK = 0
    DIVERGED = 1
    STEP_BUDGET = 2
    NOT_CONVERGED = 3
    NO_SOLUTION = 4  # the problem drawn has none
    NO_PATTERNS = 5  # a load above 0 makes none at this size


class Agreement(StrEnum):
    """Simulation against theory."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OUTSIDE = "outside validity"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """A claim against its data; the last two are never expected."""

    REPRODUCED = "reproduced"
    LIMITED = "holds with limits"
    REFUTED = "does not hold"
    UNDECIDED = "undecided"
    MISSING = "data missing"
    BROKEN = "check failed"


def word(member: IntEnum) -> str:
    """The word of a state or status, as it stands in files: ``timed_out``."""
    return member.name.lower()
