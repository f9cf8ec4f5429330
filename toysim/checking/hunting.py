"""Theory that says valid is right over the whole allowed range: drawn, not chosen."""

from __future__ import annotations

from collections.abc import Iterator

from toysim.checking.findings import Fault, NotTried
from toysim.checking.probe import Probe, Word
from toysim.checking.tally import hunt
from toysim.model import Model
from toysim.shown import shown

SECONDS_A_DRAW = 0.1
SHOWN = 3  # faults of one kind told

WHY = {
    Word.DIFFERS: (
        "theory says valid where it does not hold, or one of the sides is wrong there",
        "return valid=False (or NaN) there, or declare narrower ranges (ge, le)",
    ),
    Word.BROKEN: (
        "a division by zero, an overflow, an empty array at the end of a range",
        "mend it, return ended(...) or valid=False there, or declare ranges that leave it out",
    ),
    Word.SLOW: (
        "the declared seconds or theory_seconds are too small there",
        "declare what it costs, or narrow the range",
    ),
}


def valid_is_right(model: Model, draws: int) -> Iterator[Fault]:
    """Where theory calls itself valid, over all that is allowed, it agrees."""
    if not model.theory:
        raise NotTried("there is no theory")
    if draws < 1:
        raise NotTried("draws = 0")
    tally = hunt(model, draws, SECONDS_A_DRAW * draws)
    yield from (_fault(found) for found in _told(tally.faults))
    if not tally.faults and not tally.words[Word.AGREES]:
        raise NotTried(f"none of {draws} draws decided anything: more of them, or more replicas")


def _told(faults: list[Probe]) -> list[Probe]:
    """A few of each kind."""
    kinds = {word: [found for found in faults if found.word == word] for word in WHY}
    return [found for kind in kinds.values() for found in kind[:SHOWN]]


def _fault(found: Probe) -> Fault:
    values = ", ".join(f"{name}={shown(value)}" for name, value in found.values.items())
    return Fault(f"{found.word} at {values or 'the defaults'}: {found.seen}", *WHY[found.word])
