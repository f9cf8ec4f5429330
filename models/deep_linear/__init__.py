"""Deep linear networks and their critical learning periods (arXiv:2308.12221)."""

from toysim.models.deep_linear.binned_unit import BINNED_UNIT
from toysim.models.deep_linear.completion import COMPLETION
from toysim.models.deep_linear.concepts import CONCEPTS
from toysim.models.deep_linear.information_plane import INFORMATION_PLANE
from toysim.models.deep_linear.modes import MODES
from toysim.models.deep_linear.network import NETWORK
from toysim.models.deep_linear.structured_start import STRUCTURED_START

MODELS = (
    MODES,
    NETWORK,
    COMPLETION,
    STRUCTURED_START,
    CONCEPTS,
    INFORMATION_PLANE,
    BINNED_UNIT,
)
