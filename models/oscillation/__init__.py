"""Oscillation at large learning rates: what it teaches, where it settles, what decay makes of it."""

from toysim.models.oscillation.catapult import CATAPULT
from toysim.models.oscillation.diagonal_linear import DIAGONAL_LINEAR
from toysim.models.oscillation.noisy_quadratic import NOISY_QUADRATIC
from toysim.models.oscillation.river_valley import RIVER_VALLEY
from toysim.models.oscillation.scalar_factorised import SCALAR_FACTORISED
from toysim.models.oscillation.single_datum import SINGLE_DATUM

MODELS = (CATAPULT, DIAGONAL_LINEAR, NOISY_QUADRATIC, RIVER_VALLEY, SCALAR_FACTORISED, SINGLE_DATUM)
