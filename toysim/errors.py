"""The one exception a user sees: what was given, where, what is allowed, what to do, in a line."""

from collections.abc import Iterable
from difflib import get_close_matches


class ToysimError(Exception):
    """Bad input or an unusable store. The command line prints it on one line and exits with 2.

    ``key``: the name in a sweep file that the error speaks of, so that its line can be found.
    """

    def __init__(self, text: str, key: str | None = None) -> None:
        super().__init__(text)
        self.key = key

    def _render_traceback_(self) -> list[str]:
        """In a notebook the line alone: the way to it is the engine's own."""
        return [f"{type(self).__name__}: {self}"]


class Interrupted(KeyboardInterrupt):
    """A call that was interrupted says what is kept, and how to go on."""

    def _render_traceback_(self) -> list[str]:
        return [f"interrupted: {self}"]


class ToysimWarning(UserWarning):
    """Input that is taken, and probably not meant; the text says what to give instead."""


class StoreError(ToysimError):
    """A store that cannot be used as asked: foreign, damaged, of another sweep, unwritable."""


class UnknownPreset(ToysimError):
    """A sweep file has no preset of that name."""


class LongCall(UserWarning):
    """A call that is going to take more than some seconds says so first."""


def short(value: object, longest: int = 60) -> str:
    """A value in an error: its beginning if it is long, or a number too long to be written."""
    try:
        text = repr(value)
    except ValueError:  # it holds a whole number of thousands of digits
        return "a number of thousands of digits"
    except RecursionError:
        return "something nested too deep"
    return text if len(text) <= longest else f"{text[:longest]}..."


FEW = 16  # names that an error lists


def suggest(name: str, known: Iterable[str], listed_by: str = "") -> str:
    """The tail of an error about an unknown name: the nearest known one, else some of them, and
    where all stand.
    """
    known = sorted(known)
    near = get_close_matches(str(name), known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    if not known:
        return "none is known"
    more = f" and {len(known) - FEW} more" if len(known) > FEW else ""
    where = f"; {listed_by} has all" if listed_by and more else ""
    return f"known: {', '.join(known[:FEW])}{more}{where}"
