"""Many draws of a model probed, and counted by what they show."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from toysim.checking.draws import draw
from toysim.checking.probe import Probe, Word, probe
from toysim.model import Model
from toysim.runner.work import one_blas_thread

ROW_SECONDS = 0.02  # a drawn row takes, by its model's estimate, at most


@dataclass
class Tally:
    """Draws of a model by word; how many were cut to a size that is cheap, and the faults."""

    model: str
    draws: int = 0
    smaller: int = 0
    skipped: int = 0  # no size was cheap enough, or the time was over
    words: Counter[Word] = field(default_factory=Counter)
    faults: list[Probe] = field(default_factory=list)
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "draws": self.draws,
            "smaller": self.smaller,
            "skipped": self.skipped,
            **{str(word): self.words[word] for word in Word},
            "seconds": round(self.seconds, 1),
        }


def hunt(model: Model, n_draws: int, seconds: float, seed: int = 1, lists: bool = False) -> Tally:
    """Probe ``n_draws`` of a model, within about ``seconds`` of the processor, compiling apart.

    ``lists``: lists are drawn too, with lengths of their own. A draw whose row would
    take ten times its share is skipped and counted, and so are those left when the time is over.
    """
    rng, tally = np.random.default_rng(seed), Tally(model.id)
    share = seconds / n_draws
    with one_blas_thread():
        bases = _bases(model, probe(model, {}, seed, share))  # compiles
        start = time.process_time()
        for i in range(n_draws):
            drawn = draw(model, rng, min(ROW_SECONDS, share), bases[i % len(bases)], lists)
            tally.draws += 1
            tally.smaller += drawn.smaller
            late = time.process_time() - start > 2.0 * seconds
            if late or model.seconds(model.validate(drawn.values)) > 10.0 * share:
                tally.skipped += 1
                continue
            found = probe(model, drawn.values, i, share)
            tally.words[found.word] += 1
            tally.faults += [found] if found.fault else []
    tally.seconds = time.process_time() - start
    return tally


def _bases(model: Model, at_defaults: Probe) -> list[Mapping[str, Any]]:
    """What draws leave as it is: the defaults, or what is fixed in the model's checks where at its
    defaults theory does not hold, or is not seen.
    """
    silent = at_defaults.word in (Word.NOT_VALID, Word.UNDECIDED)
    return [check.fixed for check in model.checks] if silent and model.checks else [{}]
