"""Parameters of a layered network of binary weights that learns tasks one after another."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from toysim.model import Matrix, Vector, parameter
from toysim.models.perceptron.given import check_given
from toysim.records import Recorded

MAX_WEIGHTS = 10**7
MAX_SIGNS = 10**9  # of all tasks' examples, a byte each


class LayeredLearnerParameters(Recorded):
    """Tasks, network (n_inputs - width - ... - width - n_classes), method and optimiser."""

    tasks: Literal["permuted", "teachers"] = parameter(
        "permuted",
        symbol="tasks",
        meaning="one data set with its inputs permuted anew for each task after the first, or new "
        "inputs and a new teacher each",
    )
    n_tasks: int = parameter(3, symbol="K", meaning="tasks in sequence", ge=1, le=100)
    n_inputs: int = parameter(100, symbol="n", meaning="inputs, +-1", ge=1)
    n_latent: int = parameter(
        10,
        symbol="d",
        meaning="dimension of the manifold x = sign(F c) of the inputs; 0: independent inputs",
        ge=0,
    )
    n_classes: int = parameter(
        5, symbol="C", meaning="classes, the teacher's largest output", ge=2, le=1000
    )
    teacher_width: int = parameter(
        101, symbol="h0", meaning="units of both hidden layers of the teacher", ge=1
    )
    n_train: int = parameter(1000, symbol="P", meaning="training examples of a task", ge=1)
    n_test: int = parameter(1000, symbol="P_test", meaning="test examples of a task", ge=1)
    width: int = parameter(100, symbol="h", meaning="units of every hidden layer", ge=1)
    n_hidden: int = parameter(2, symbol="L", meaning="hidden layers", ge=0, le=20, stream=False)
    method: Literal["variational", "ewc", "variance_modulated", "metaplastic", "plain"] = parameter(
        "variational",
        symbol="method",
        meaning="fields with the divergence, its expansion or without it; binarised weights with "
        "metaplasticity or without it",
        stream=False,
    )
    kl_reference: Literal["task", "step"] = parameter(
        "task",
        symbol="theta'",
        meaning="the divergence is from the field at the end of the task before, or from that "
        "before the last update",
        stream=False,
    )
    gamma: float = parameter(
        1.0, symbol="gamma", meaning="weight of the divergence", ge=0, stream=False
    )
    metaplasticity: float = parameter(
        1.35,
        symbol="mu_m",
        meaning="steepness of the metaplastic factor 1 - tanh(mu_m theta)^2",
        ge=0,
        stream=False,
    )
    inverse_temperature: float = parameter(
        10.0,
        symbol="b1",
        meaning="b = b1 tanh(a + c e/E) in epoch e of E in all",
        gt=0,
        stream=False,
    )
    anneal_from: float = parameter(
        0.1, symbol="a", meaning="see inverse_temperature", gt=0, stream=False
    )
    anneal_by: float = parameter(
        2.0, symbol="c", meaning="see inverse_temperature", ge=0, stream=False
    )
    start_scale: float = parameter(
        0.1, symbol="sigma0", meaning="standard deviation of theta at the start", gt=0, stream=False
    )
    learning_rate: float = parameter(
        0.01, symbol="eta", meaning="step of Adam (0.9, 0.99)", gt=0, stream=False
    )
    batch_size: int = parameter(
        50, symbol="B", meaning="examples of an update, gradients summed", ge=1, stream=False
    )
    epochs: int = parameter(
        5, symbol="T", meaning="epochs of each task", ge=1, le=10**5, stream=False
    )

    patterns: Matrix = parameter(
        (),
        symbol="x",
        meaning="inputs of +-1, a row an example, those to test with last, in place of drawn ones",
    )
    classes: Vector = parameter(
        (), symbol="y", meaning="class 0..C-1 of every pattern, in place of the teacher's"
    )

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units of every layer, inputs first."""
        return (self.n_inputs, *[self.width] * self.n_hidden, self.n_classes)

    @property
    def n_weights(self) -> int:
        return sum(a * b for a, b in zip(self.sizes[:-1], self.sizes[1:], strict=True))

    @model_validator(mode="after")
    def _memory_fits(self) -> LayeredLearnerParameters:
        teacher = self.teacher_width * (self.n_inputs + self.teacher_width + self.n_classes)
        if max(self.n_weights, teacher) > MAX_WEIGHTS:
            raise ValueError(
                f"the network has {self.n_weights:.3g} weights and the teacher {teacher:.3g}, "
                f"allowed are {MAX_WEIGHTS:.0e}; lower n_inputs, width, n_hidden or teacher_width"
            )
        signs = self.n_tasks * (self.n_train + self.n_test) * self.n_inputs
        if signs > MAX_SIGNS:
            raise ValueError(
                f"the examples of all tasks have {signs:.3g} inputs, allowed are {MAX_SIGNS:.0e}; "
                f"lower n_tasks, n_train, n_test or n_inputs"
            )
        return self

    @model_validator(mode="after")
    def _given_data_fit(self) -> LayeredLearnerParameters:
        if bool(self.patterns) != bool(self.classes):
            raise ValueError("patterns and classes go together; give both or none")
        if self.patterns and self.tasks != "permuted":
            raise ValueError("patterns are the data of permuted tasks; set tasks = permuted")
        n = self.n_train + self.n_test
        check_given("patterns", self.patterns, self.n_inputs, n, "n_train + n_test", "n_inputs")
        if self.classes and len(self.classes) != n:
            raise ValueError(f"classes holds {len(self.classes)} numbers; give {n}, one a pattern")
        if not set(self.classes) <= set(range(self.n_classes)):
            raise ValueError(f"classes: every one must be in 0..{self.n_classes - 1}")
        return self

    @model_validator(mode="after")
    def _method_fits(self) -> LayeredLearnerParameters:
        if self.method == "ewc" and self.kl_reference == "step":
            raise ValueError(
                "method = ewc expands around the end of a task; set kl_reference = task"
            )
        return self
