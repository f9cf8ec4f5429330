"""Large learning rates: what oscillation teaches, where it settles, what decay makes of it
(arXiv:2310.17074).
"""

from toysim.models.oscillation.catapult import CATAPULT
from toysim.models.oscillation.diagonal_linear import DIAGONAL_LINEAR
from toysim.models.oscillation.feature_noise import FEATURE_NOISE
from toysim.models.oscillation.noisy_quadratic import NOISY_QUADRATIC
from toysim.models.oscillation.river_valley import RIVER_VALLEY
from toysim.models.oscillation.scalar_factorised import SCALAR_FACTORISED
from toysim.models.oscillation.single_datum import SINGLE_DATUM

MODELS = (
    FEATURE_NOISE,
    SINGLE_DATUM,
    SCALAR_FACTORISED,
    CATAPULT,
    DIAGONAL_LINEAR,
    RIVER_VALLEY,
    NOISY_QUADRATIC,
)
