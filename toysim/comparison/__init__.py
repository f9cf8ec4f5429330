"""Simulation held against theory: both sides, how far they may differ, the word that follows."""
