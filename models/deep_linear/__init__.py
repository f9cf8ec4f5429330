"""Deep linear networks and their critical learning periods (arXiv:2308.12221)."""

from toysim.models.deep_linear.modes import MODES

MODELS = (MODES,)
