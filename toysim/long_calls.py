"""A call that takes long says so first, by its declared cost."""

from __future__ import annotations

import warnings

from toysim.errors import LongCall, ToysimError

LONG_SECONDS = 2.0  # beyond which a call says so first
TOO_LONG_SECONDS = 60.0  # beyond which it wants a yes


def announce(what: str, seconds: float, yes: bool, stacklevel: int = 3) -> None:
    """Warn of more than two seconds; above a minute it needs a yes. ``stacklevel`` as in
    ``warnings.warn``: 3 is the caller's caller.
    """
    told = f"{what} takes about {_rounded(seconds)} here, to a factor of ten"
    if seconds > TOO_LONG_SECONDS and not yes:
        raise ToysimError(f"{told}; say --yes (yes=True) if it is meant")
    if seconds > LONG_SECONDS:
        warnings.warn(told, LongCall, stacklevel=stacklevel)


def _rounded(seconds: float) -> str:
    for unit, name in ((86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.2g} {name}"
    return f"{seconds:.2g} seconds"
