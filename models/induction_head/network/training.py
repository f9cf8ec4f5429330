"""SGD on fresh batches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from toysim.models.induction_head.network.attention import Workspace, workspace
from toysim.models.induction_head.network.measures import attention_maps, look
from toysim.models.induction_head.network.parameters import NetworkParameters
from toysim.models.induction_head.network.passes import backward, forward
from toysim.models.induction_head.network.tokens import Tokens, part, tokens
from toysim.models.induction_head.network.weights import DTYPES, Weights, descend
from toysim.models.induction_head.sequences import Contents, Task, draw_batch, given_sequences

Array = npt.NDArray[np.float64]

# Numbers: small batches are drawn together, larger draws would leave the cache.
DRAWN_AT_ONCE = 2**17


def train(
    drawn: Tokens, weights: Weights, gradient: Weights, space: Workspace, rate: float, decay: float
) -> None:
    """One update for as many of the sequences as the workspace has room for, until all are used."""
    size = len(space.u)
    for start in range(0, len(drawn.truth), size):
        batch = part(drawn, start, start + size)
        backward(batch, weights, forward(batch, weights, space), gradient, space)
        descend(weights, gradient, rate, decay)


class Training:
    """A network on its stream of batches; how often one looks at it on the way changes nothing."""

    def __init__(
        self,
        p: NetworkParameters,
        contents: Contents,
        weights: Weights,
        tests: Mapping[str, Tokens],
        batches: np.random.Generator,
    ) -> None:
        self.p, self.weights, self.tests = p, weights, tests
        self.gradient = Weights(*(np.zeros_like(w) for w in weights))
        self.space = workspace(p)
        numbers = p.batch_size * (p.n_pairs + 1) * p.dimension
        self._given = given_sequences(p, DTYPES[p.precision])
        self._updates = 1 if self._given else max(1, DRAWN_AT_ONCE // numbers)  # of one draw
        self._draws = self._draw(contents, batches)
        self._drawn, self._used = next(self._draws), 0

    def _draw(self, contents: Contents, generator: np.random.Generator) -> Iterator[Tokens]:
        task, size = Task.of(self.p), self._updates * self.p.batch_size
        while True:
            sequences = self._given or draw_batch(task, contents, size, generator)
            yield tokens(self.p, contents, sequences, generator)

    def advance(self, n_updates: int) -> None:
        """The next ``n_updates`` of SGD."""
        p, size = self.p, self.p.batch_size
        while n_updates > 0:
            if self._used == self._updates:
                self._drawn, self._used = next(self._draws), 0
            now = min(n_updates, self._updates - self._used)
            batches = part(self._drawn, self._used * size, (self._used + now) * size)
            train(batches, self.weights, self.gradient, self.space, p.learning_rate, p.weight_decay)
            self._used += now
            n_updates -= now

    def next_gradient(self) -> Array:
        """That of the next update, in all weights (n_weights,)."""
        size = self.p.batch_size
        batch = part(self._drawn, self._used * size, (self._used + 1) * size)
        found = forward(batch, self.weights, self.space)
        backward(batch, self.weights, found, self.gradient, self.space)
        return np.concatenate([by.ravel() for by in self.gradient]).astype(float)

    def look(self) -> dict[str, float]:
        """All courses' values now."""
        return look(self.tests, self.weights, self.space)

    def maps(self) -> tuple[Array, Array]:
        """Attention (T, T) and (T,) of both layers, in the first sequence of novel classes."""
        return attention_maps(self.tests["ic"], self.weights, self.space)
