"""Checks of any model: parameters drawn from all that is allowed, both sides held together."""
