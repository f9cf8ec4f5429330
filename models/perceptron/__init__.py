"""Perceptrons with binary weights: storage, teacher and student, and what a second task leaves of the first."""

from toysim.models.perceptron.continual_binary import CONTINUAL_BINARY
from toysim.models.perceptron.franz_parisi import FRANZ_PARISI
from toysim.models.perceptron.layered_learner import LAYERED_LEARNER
from toysim.models.perceptron.learner import LEARNER
from toysim.models.perceptron.storage import STORAGE
from toysim.models.perceptron.teacher_student import TEACHER_STUDENT

MODELS = (STORAGE, TEACHER_STUDENT, FRANZ_PARISI, CONTINUAL_BINARY, LEARNER, LAYERED_LEARNER)
