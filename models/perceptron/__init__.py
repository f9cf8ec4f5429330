"""Perceptrons with binary weights: storage, teacher and student, and what a second task leaves of the first."""

from toysim.models.perceptron.layered_learner import LAYERED_LEARNER
from toysim.models.perceptron.learner import LEARNER

MODELS = (LEARNER, LAYERED_LEARNER)
