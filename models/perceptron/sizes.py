"""Sizes that a sampler can take."""

MAX_ENUMERATED = 25  # 2^25 configurations


def check_enumerable(size: int) -> None:
    """Raise ValueError unless all 2^size configurations can be visited, and none of them is orthogonal to another."""
    if size % 2 == 0 or size > MAX_ENUMERATED:
        raise ValueError(f"size = {size}: enumeration needs an odd size of at most {MAX_ENUMERATED}")
