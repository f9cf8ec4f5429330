"""Learners of a target that moves: effective learning rates behind a normalisation, and gains that
are fixed, decaying or set by the learner's own errors.
"""

from toysim.models.drift.scale_invariant import SCALE_INVARIANT
from toysim.models.drift.tracking import TRACKING

MODELS = (SCALE_INVARIANT, TRACKING)
