"""Walks on rugged landscapes, which diffuse ultra-slowly."""

from toysim.models.rugged.random_potential import RANDOM_POTENTIAL

MODELS = (RANDOM_POTENTIAL,)
