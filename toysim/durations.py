"""Spans of time as people write them: 3h, 90m, 1d12h."""

from __future__ import annotations

import re

from toysim.errors import ToysimError

UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_WORDS = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


def seconds_of(span: str | float) -> float:
    """Seconds of a span, a number of them or text; ToysimError in one line for anything else."""
    text = str(span).strip()
    words = _WORDS.findall(text)
    if words and "".join(map("".join, words)) == text:
        return float(sum(float(number) * UNITS[unit] for number, unit in words))
    try:
        return float(text)
    except ValueError:
        raise ToysimError(f"{span!r} is no span of time: write 3h, 90m, 1d12h or seconds") from None


def clock(seconds: float) -> str:
    """Hours, minutes and seconds, as a queue reads them."""
    whole = int(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"
