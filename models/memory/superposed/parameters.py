"""Parameters of the superposed memory."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Parameters, parameter


class SuperposedParameters(Parameters):
    """Modules, items and classes, plasticity and cue."""

    n_modules: int = parameter(16, symbol="Q", meaning="modules of a code", ge=2, le=62)
    module_size: int = parameter(10, symbol="K", meaning="units of a module", ge=2, le=10_000)
    similarity: float = parameter(
        0.6, symbol="a", meaning="probability that an item copies its prototype's unit", ge=0, le=1
    )
    n_classes: int = parameter(10, symbol="C", meaning="classes", ge=1, le=10_000)
    class_size: int = parameter(6, symbol="n", meaning="items of each class", ge=1, le=10_000)
    cue_modules: int = parameter(6, symbol="c", meaning="modules that the cue has", ge=1, le=61)
    plasticity: float = parameter(
        1.0, symbol="p", meaning="probability that a presentation switches a synapse on", gt=0, le=1
    )
    exposures: int = parameter(1, symbol="R", meaning="presentations of all items", ge=1, le=1000)
    cue: Literal["stored", "novel"] = parameter(
        "stored", symbol="cue", meaning="of a stored item, or of a new member of its class"
    )

    @model_validator(mode="after")
    def _fits(self) -> SuperposedParameters:
        if self.cue_modules >= self.n_modules:
            raise ValueError(
                f"cue_modules = {self.cue_modules}: leave a module to complete "
                f"(n_modules = {self.n_modules})"
            )
        if self.n_classes * self.class_size > 10**7:
            raise ValueError(f"{self.n_classes * self.class_size} items; at most 1e7")
        return self
