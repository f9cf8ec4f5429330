"""The contract a paper is written against: figures, claims with their evidence and spoilers.

A reproduction names its sweeps as their files stand in ``sweeps/NAME/``: ``"depth"``; one of
another folder by its full name, ``"critical_periods.depth"``. Claims' checks and figures' drawing
functions get the data of their ``sweeps`` as arguments, in that order.

A check tests a claim under several conditions. ``holds`` says where it was found true, ``within``
where its limits say that it should be. From the two follows the verdict:

* reproduced: true under every condition;
* holds with limits: true wherever the limits say and false outside them, so the limits are real;
* does not hold: false somewhere inside the limits, or they do not separate true from false.

Where a claim says that the data of a preset cannot decide it, and why, it is *undecided* there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toysim.outcomes import Verdict

if TYPE_CHECKING:
    import numpy.typing as npt
    import xarray as xr

Check = Callable[..., "Evidence"]
Draw = Callable[..., Any]  # gives a matplotlib Figure
DEFAULT_PRESET = "quick"


def listed(values: npt.ArrayLike, form: str = ".3f") -> str:
    """Numbers as text, with commas; ``form``: the format of one."""
    import numpy as np  # where there are numbers: declaring a paper has none

    return ", ".join(f"{v:{form}}" for v in np.asarray(values).ravel())


@dataclass(frozen=True)
class Number:
    """Named numbers that a check measured: any shape, ``expected`` and ``error`` broadcast to it.

    ``error`` is the distance from ``expected`` that still counts as equal, or a standard error; the
    evidence's ``criterion`` says which. ``form``: format of one number in prose. ``draws``: what
    ``measured`` is the mean or median of, over ``replica``; where some lack, how many entered is
    told.
    """

    name: str
    measured: npt.ArrayLike
    expected: npt.ArrayLike | None = None
    error: npt.ArrayLike | None = None
    unit: str = ""
    form: str = ".3g"
    draws: xr.DataArray | None = None

    def told(self, what: str) -> str:
        """``name 1.2, 3.4 unit`` of one of the three, ``name ± 0.1 unit`` of the error; empty where
        it is None.
        """
        values = getattr(self, what)
        if values is None:
            return ""
        sign, entered = ("±", "") if what == "error" else ("", self._entered(what))
        told = [self.name, sign, listed(values, self.form), self.unit, entered]
        return " ".join(filter(None, told))

    def _entered(self, what: str) -> str:
        """``(3 of 4, 4 of 4 entered)`` behind measured means that lack draws."""
        if what != "measured" or self.draws is None or bool(self.draws.notnull().all()):
            return ""
        n = self.draws.sizes["replica"]
        counts = ", ".join(f"{k} of {n}" for k in self.draws.count("replica").values.ravel())
        return f"({counts} entered)"

    def as_dict(self) -> dict[str, Any]:
        import numpy as np

        parts = {"measured": self.measured, "expected": self.expected, "error": self.error}
        arrays = {k: None if v is None else np.asarray(v) for k, v in parts.items()}
        return {"name": self.name, "unit": self.unit, **arrays, **self._counts()}

    def _counts(self) -> dict[str, Any]:
        """How many draws entered each mean, of how many."""
        if self.draws is None:
            return {}
        return {"entered": self.draws.count("replica").values, "of": self.draws.sizes["replica"]}


@dataclass(frozen=True)
class Evidence:
    """What a check found: two boolean arrays over the conditions tested, and its numbers.

    Without ``within`` the claim is held to be true under all conditions. ``criterion`` says in
    words when a condition counts as true, and what the errors are.
    """

    holds: npt.ArrayLike
    numbers: tuple[Number, ...] = ()
    criterion: str = ""
    within: npt.ArrayLike | None = None

    def told(self, what: str) -> str:
        """All numbers as one line of prose: what was ``measured``, ``expected``, its ``error``."""
        return "; ".join(filter(None, (number.told(what) for number in self.numbers)))


@dataclass(frozen=True)
class Spoiler:
    """A change of the data that must turn a claim's verdict, so that the claim can fail.

    ``change`` maps the values of an observable of ``sweep`` (or of several at once) to wrong ones,
    of simulation or, where it has none of that name, of theory. A change that the observable's
    type cannot hold is an error. ``preset``: the smallest at which it is tried.
    """

    sweep: str | tuple[str, ...]
    observable: str
    change: Callable[[xr.DataArray], Any]
    preset: str = "ci"

    @property
    def sweeps(self) -> tuple[str, ...]:
        return (self.sweep,) if isinstance(self.sweep, str) else self.sweep


def backwards(dim: str) -> Callable[[Any], Any]:
    """For spoilers: values the other way round along a dimension."""
    return lambda v: v.isel({dim: slice(None, None, -1)}).values


@dataclass(frozen=True)
class Expected:
    """Another verdict expected of a claim at a preset, with the reason."""

    verdict: Verdict
    reason: str


def undecided_at_ci(reason: str) -> dict[str, Expected]:
    """For ``Claim.at``: the data of ``ci`` cannot decide it, because."""
    return {"ci": Expected(Verdict.UNDECIDED, reason)}


@dataclass(frozen=True)
class Claim:
    """A sentence of a paper, its source, the sweeps it is tested on, its verdict and spoilers.

    ``expected_verdict`` is the one known to come out; ``at`` says where a preset's is another, by
    name. A claim that a preset cannot decide is Verdict.UNDECIDED there: it is shown, not judged.
    ``limits`` says in words what ``Evidence.within`` says as a predicate; empty if none are
    claimed.
    """

    name: str
    sentence: str
    source: str
    sweeps: tuple[str, ...]
    check: Check
    spoilers: tuple[Spoiler, ...]
    expected_verdict: Verdict = Verdict.REPRODUCED
    limits: str = ""
    at: Mapping[str, Expected] = field(default_factory=dict)

    def expected(self, preset: str | None) -> Expected:
        """The verdict expected at a preset, with the reason if it is not the usual one."""
        usual = Expected(self.expected_verdict, "")
        return self.at.get(preset or DEFAULT_PRESET, usual)


@dataclass(frozen=True)
class Film:
    """A picture that moves: ``show`` puts a frame's state into the figure, from 0 on in order."""

    figure: Any  # a matplotlib Figure
    show: Callable[[int], None]
    frames: int


@dataclass(frozen=True)
class Recipe:
    """A figure: what it shows, of which sweeps, and the function that draws it from their data.

    ``film``, of the same data, is saved beside it as NAME.gif.
    """

    name: str
    title: str
    source: str
    sweeps: tuple[str, ...]
    draw: Draw
    film: Callable[..., Film] | None = None


@dataclass(frozen=True)
class Reproduction:
    """A paper: its figures and claims, which name the sweeps they are made from.

    ``beyond_theory``: sweeps that leave the theory's range on purpose, each with the reason. Their
    comparison is shown, and may differ.
    """

    name: str
    paper: str
    title: str
    figures: tuple[Recipe, ...]
    claims: tuple[Claim, ...]
    beyond_theory: Mapping[str, str] = field(default_factory=dict)

    @property
    def sweeps(self) -> list[str]:
        """Full name of every sweep that a figure or a claim names, each once, in order."""
        named = [part.sweeps for part in self.figures] + [part.sweeps for part in self.claims]
        return list(dict.fromkeys(self.full(sweep) for sweeps in named for sweep in sweeps))

    def full(self, sweep: str) -> str:
        """``depth`` as ``critical_periods.depth``."""
        return sweep if "." in sweep else f"{self.name}.{sweep}"


def verdict_of(evidence: Evidence) -> Verdict:
    """The word that follows from where the claim holds and where its limits say it does."""
    import numpy as np

    holds = np.asarray(evidence.holds, bool)
    within = np.ones_like(holds) if evidence.within is None else np.asarray(evidence.within, bool)
    if holds.shape != within.shape or holds.size == 0:
        raise ValueError(
            f"evidence over {holds.shape} and {within.shape} conditions; "
            f"give equal, non-empty shapes"
        )
    if holds.all():
        return Verdict.REPRODUCED
    if within.any() and np.array_equal(holds, within):
        return Verdict.LIMITED
    return Verdict.REFUTED
