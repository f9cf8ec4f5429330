"""Parameters of the attention-only network."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import parameter
from toysim.models.induction_head.parameters import MAX_NUMBERS, SequenceParameters


class NetworkParameters(SequenceParameters):
    """Task, network, and SGD on fresh batches. The defaults show a plateau and a jump within
    seconds.
    """

    n_labels: int = parameter(8, symbol="L", meaning="labels in all", ge=2, le=10**4)
    dimension: int = parameter(
        16, symbol="D", meaning="numbers an item or label consists of", ge=1, le=10**4
    )
    n_positions: int = parameter(
        0,
        symbol="P",
        meaning="places on which a sequence is put at random; 0: as many as it has tokens, 2N + 1",
        ge=0,
        le=10**4,
    )
    n_hidden: int = parameter(
        2, symbol="H", meaning="ReLU layers of the classifier; 0: linear", ge=0, le=8
    )
    learning_rate: float = parameter(
        0.1, symbol="eta", meaning="step of SGD", gt=0, le=1e3, stream=False
    )
    weight_decay: float = parameter(
        1e-6, symbol="lambda", meaning="w <- (1 - lambda) w - eta dw", ge=0, lt=1, stream=False
    )
    exclude_target: bool = parameter(
        False,
        symbol="exclude",
        meaning="contexts of the in-weights test never show the target's class; else by chance",
        stream=False,
    )
    precision: Literal["single", "double"] = parameter(
        "single", symbol="precision", meaning="of the network; all is drawn alike", stream=False
    )
    n_steps: int = parameter(
        3000, symbol="T", unit="updates", meaning="length of the run", ge=1, le=10**8, stream=False
    )

    @property
    def n_tokens(self) -> int:
        return 2 * self.n_pairs + 1

    @property
    def positions(self) -> int:
        """P, also where it is left to the number of tokens."""
        return self.n_positions or self.n_tokens

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Q, K, V of both layers, the ReLU layers, their biases, the output."""
        d, H = self.width, self.n_hidden
        return [(2, 3, d, d), (H, d, d), (H,), (self.n_labels, d)]

    @property
    def width(self) -> int:
        """d = P + D, numbers of a token."""
        return self.positions + self.dimension

    @model_validator(mode="after")
    def _network_fits(self) -> NetworkParameters:
        if self.positions < self.n_tokens:
            raise ValueError(
                f"n_positions = {self.n_positions} is less than the 2 n_pairs + 1 = "
                f"{self.n_tokens} tokens; raise it, or give 0 for as many"
            )
        sequence = self.n_tokens * (self.n_tokens + 2 * self.width)
        numbers = max((6 + self.n_hidden) * self.width**2, self.batch_size * sequence)
        if numbers > MAX_NUMBERS:
            raise ValueError(
                f"weights or a batch in the network hold {numbers:.2g} numbers, more than "
                f"{MAX_NUMBERS:.2g}; lower n_positions, dimension, n_pairs or batch_size"
            )
        return self
