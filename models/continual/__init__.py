"""Sequences of linear tasks and facts: what is forgotten, kept and found again, exactly."""

from toysim.models.continual.deletion import DELETION
from toysim.models.continual.fact_injection import FACT_INJECTION
from toysim.models.continual.fast_slow_memory import FAST_SLOW_MEMORY
from toysim.models.continual.interventions import INTERVENTIONS
from toysim.models.continual.sample_order import SAMPLE_ORDER

MODELS = (DELETION, FACT_INJECTION, FAST_SLOW_MEMORY, INTERVENTIONS, SAMPLE_ORDER)
