"""Order and difficulty of data in online learning: five models with exact finite-size theory."""

from toysim.models.curriculum.relevance import RELEVANCE

MODELS = (RELEVANCE,)
