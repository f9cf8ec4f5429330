"""Measurements of one's own: held against a theory, and parameters fitted to them."""
