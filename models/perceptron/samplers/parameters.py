"""Parameters that models of one kind of instance share."""

from __future__ import annotations

from typing import Literal

from toysim.model import Parameters, parameter
from toysim.models.perceptron.samplers.sizes import check_enumerable, check_passable, check_patterns


class BinaryParameters(Parameters):
    """The instance of a model with binary weights, and its sampler."""

    sampler: Literal["message_passing", "enumeration"] = parameter(
        "message_passing",
        symbol="sampler",
        meaning="message passing on one instance, or all configurations",
    )
    size: int = parameter(
        1001,
        symbol="N",
        meaning="weights of the instance; odd if enumerated, else 9 or more",
        ge=1,
        le=100_000,
    )

    def check_size(self, *loads: float) -> None:
        """Raise ValueError unless the sampler can take the size at these loads.

        A size that nobody gave is checked when an instance is drawn: theory has no use for it.
        """
        if "size" in self.model_fields_set:
            check_patterns(self.size, *loads)
        if self.sampler == "enumeration":
            check_enumerable(self.size)
        else:
            check_passable(self.size)


class MagnetisationParameters(Parameters):
    """What Metropolis sampling of magnetisations takes."""

    size: int = parameter(
        100, symbol="N", meaning="magnetisations of the instance", ge=2, le=100_000
    )
    n_sweeps: int = parameter(
        500, symbol="T", meaning="sweeps averaged over, N proposals each", ge=1, le=10**7
    )
    n_discard: int = parameter(200, symbol="T0", meaning="sweeps before those", ge=0, le=10**7)
    proposal_width: float = parameter(
        0.5,
        symbol="delta",
        meaning="largest change of a magnetisation in a proposal; fixed ensemble: of an angle / pi",
        gt=0,
        le=1,
    )
