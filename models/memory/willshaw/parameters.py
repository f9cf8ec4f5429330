"""Parameters of the sparse associative memory."""

from __future__ import annotations

from pydantic import model_validator

from toysim.model import Parameters, parameter


class WillshawParameters(Parameters):
    """Sizes, load, plasticity of the synapses, and the cue."""

    n_inputs: int = parameter(256, symbol="N", meaning="inputs", ge=2, le=100_000)
    n_active: int = parameter(8, symbol="k", meaning="active inputs of a pattern", ge=1, le=62)
    n_outputs: int = parameter(256, symbol="M", meaning="outputs", ge=2, le=100_000)
    n_active_outputs: int = parameter(
        8, symbol="l", meaning="active outputs of a pattern", ge=1, le=1000
    )
    n_pairs: int = parameter(
        600, symbol="P", meaning="pairs stored beside the target, once each", ge=0, le=10**7
    )
    plasticity: float = parameter(
        1.0, symbol="p", meaning="probability that a presentation switches a synapse on", gt=0, le=1
    )
    exposures: int = parameter(1, symbol="n", meaning="presentations of the target", ge=0, le=1000)
    cue_size: int = parameter(
        8, symbol="c", meaning="inputs of the cue, of the target's k", ge=1, le=62
    )
    threshold: int = parameter(8, symbol="theta", meaning="sum at which outputs fire", ge=0, le=62)

    @model_validator(mode="after")
    def _fits(self) -> WillshawParameters:
        sides = (("n_active", "n_inputs"), ("n_active_outputs", "n_outputs"))
        for active, n in sides:
            k, most = getattr(self, active), getattr(self, n) // 2
            if k > most:
                raise ValueError(f"{active} = {k}: at most {n}/2 = {most}")
        if self.cue_size > self.n_active:
            raise ValueError(f"cue_size = {self.cue_size}: at most n_active = {self.n_active}")
        if self.threshold > self.cue_size:
            raise ValueError(f"threshold = {self.threshold}: at most cue_size = {self.cue_size}")
        return self
