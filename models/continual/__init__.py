"""Sequences of linear tasks and facts: what is forgotten, kept and found again, exactly."""

from toysim.models.continual.fast_slow_memory import FAST_SLOW_MEMORY

MODELS = (FAST_SLOW_MEMORY,)
