"""The one exception a user sees: one line that says what was given, where, what is allowed, what to
do.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class ToysimError(Exception):
    """Bad input or an unusable store. The command line prints it on one line and exits with 2."""


class StoreError(ToysimError):
    """A store that cannot be used as asked: foreign, damaged, of another sweep, locked,
    unwritable.
    """


def suggest(name: str, known: Iterable[str]) -> str:
    """The tail of an error about an unknown name: the nearest known one, else all of them."""
    known = sorted(known)
    near = get_close_matches(str(name), known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(known)}" if known else "none is known"
