"""Order and difficulty of data in online learning: five models with exact finite-size theory."""

from toysim.models.curriculum.angles import ANGLES
from toysim.models.curriculum.denoising import DENOISING
from toysim.models.curriculum.learning_progress import LEARNING_PROGRESS
from toysim.models.curriculum.relevance import RELEVANCE
from toysim.models.curriculum.spectral import SPECTRAL

MODELS = (RELEVANCE, LEARNING_PROGRESS, SPECTRAL, DENOISING, ANGLES)
