"""Sizes that a sampler can take."""

MAX_ENUMERATED = 25  # 2^25 configurations
MAX_ENTRIES = 2 * 10**8  # of the pattern matrix: three bytes each


def check_enumerable(size: int) -> None:
    """Raise ValueError unless all 2^size configurations can be visited, and none of them is
    orthogonal to another.
    """
    if size % 2 == 0 or size > MAX_ENUMERATED:
        raise ValueError(
            f"size = {size}: enumeration needs an odd size of at most {MAX_ENUMERATED}"
        )


def check_patterns(size: int, *loads: float) -> None:
    """Raise ValueError where the patterns of a task would not fit into memory."""
    if max(loads) * size**2 > MAX_ENTRIES:
        raise ValueError(
            f"size = {size} at a load of {max(loads):g} makes {max(loads) * size**2:.2g} pattern "
            "entries; "
            f"at most {MAX_ENTRIES:.0e}: lower size"
        )
