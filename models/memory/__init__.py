"""Memories: patterns stored in couplings or synapses, recalled from cues, and overloaded."""

from toysim.models.memory.activation_codes import ACTIVATION_CODES
from toysim.models.memory.hopfield import HOPFIELD
from toysim.models.memory.superposed import SUPERPOSED
from toysim.models.memory.willshaw import WILLSHAW

MODELS = (HOPFIELD, WILLSHAW, SUPERPOSED, ACTIVATION_CODES)
