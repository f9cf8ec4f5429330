"""Deep linear networks and their critical learning periods (arXiv:2308.12221)."""

from toysim.models.deep_linear.completion import COMPLETION
from toysim.models.deep_linear.modes import MODES
from toysim.models.deep_linear.network import NETWORK
from toysim.models.deep_linear.structured_start import STRUCTURED_START

MODELS = (MODES, NETWORK, COMPLETION, STRUCTURED_START)
