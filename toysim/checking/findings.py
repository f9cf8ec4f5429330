"""What checks of a model come to: passed, failed with cause and mend, not run with the reason."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from html import escape
from typing import Any

WIDTH = 100


class Outcome(StrEnum):
    """Of one check; what could not be tried has not passed."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Fault:
    """What was seen, its likely cause, and what to do."""

    seen: str
    cause: str
    mend: str


class NotTried(Exception):
    """A check that cannot be tried on this model; the text says why."""


@dataclass(frozen=True)
class Finding:
    """One check of a model, at one of its declared cells where it is about these (``at``).

    ``reason``: why it was not run. ``faults``: empty where it passed.
    """

    model: str
    check: str
    at: str
    outcome: Outcome
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    def text(self, width: int = WIDTH) -> str:
        """A line, and three a fault."""
        where = f" [{self.at}]" if self.at else ""
        reason = f": {self.reason}" if self.reason else ""
        lines = [_filled(f"{self.outcome:<8} ", f"{self.check}{where}{reason}", width)]
        for fault in self.faults:
            lines += [_filled(f"         {k}: ", v, width) for k, v in _told(fault)]
        return "\n".join(lines)


def _told(fault: Fault) -> list[tuple[str, str]]:
    return [("seen ", fault.seen), ("cause", fault.cause), ("do   ", fault.mend)]


def _filled(head: str, text: str, width: int) -> str:
    """Text beside a head, over several lines if need be."""
    return textwrap.fill(
        text, width, initial_indent=head, subsequent_indent=" " * len(head), break_on_hyphens=False
    )


class Findings(list[Finding]):
    """All checks of some models; prints as a list, true in ``ok`` when none failed."""

    @property
    def ok(self) -> bool:
        return all(found.outcome != Outcome.FAILED for found in self)

    def as_dicts(self) -> list[dict[str, Any]]:
        return [asdict(found) for found in self]

    @property
    def summary(self) -> str:
        """How many of each outcome, in a line."""
        counts = Counter(found.outcome for found in self)
        return ", ".join(f"{counts[word]} {word}" for word in Outcome)

    def text(self, width: int = WIDTH) -> str:
        """What was found, model by model."""
        return "\n".join(_by_model(self, width))

    def __repr__(self) -> str:
        return f"{self.text()}\n{self.summary}"

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


def _by_model(findings: Iterable[Finding], width: int) -> Iterable[str]:
    model = ""
    for found in findings:
        if found.model != model:
            model = found.model
            yield model
        yield textwrap.indent(found.text(width - 2), "  ")
