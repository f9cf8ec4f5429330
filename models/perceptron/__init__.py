"""Perceptrons by mean-field theory (overlaps, entropies, branches), beside samplers and learners.

Two ensembles, not to be mixed up: Gibbs measures on binary weights w in {-1,+1}^N (storage,
teacher-student, the Franz-Parisi potential, two tasks in a row), and measures on the magnetisations
m in [-1,1]^N of a factorised distribution over binary weights, where the learners of
arXiv:2212.02846 live.

Theory reads ``replica``, simulations read ``samplers``, both a model's parameters and ``measures``;
``transitions`` are the family's thresholds, from the theories of its models.
"""

from toysim.models.perceptron.continual import CONTINUAL
from toysim.models.perceptron.continual_binary import CONTINUAL_BINARY
from toysim.models.perceptron.field_space import FIELD_SPACE
from toysim.models.perceptron.franz_parisi import FRANZ_PARISI
from toysim.models.perceptron.layered_learner import LAYERED_LEARNER
from toysim.models.perceptron.learner import LEARNER
from toysim.models.perceptron.storage import STORAGE
from toysim.models.perceptron.teacher_student import TEACHER_STUDENT

MODELS = (
    STORAGE,
    TEACHER_STUDENT,
    FRANZ_PARISI,
    CONTINUAL_BINARY,
    FIELD_SPACE,
    CONTINUAL,
    LEARNER,
    LAYERED_LEARNER,
)
