"""Parameter values as tables and errors show them: short, and still told apart."""

from __future__ import annotations

from typing import Any

FEW = 8  # numbers of a list that are written out


def shown(value: Any) -> str:
    """Six digits of a float; a long list or a matrix by shape and digest, ``array(3, 4) 1f3a9c2e``.

    The digest is that by which a store knows the array.
    """
    if isinstance(value, float):
        return f"{value:.6g}"
    if not isinstance(value, list | tuple):
        return str(value)
    deep = any(isinstance(entry, list | tuple) for entry in value)
    if not deep and (len(value) <= FEW or isinstance(value[0], str)):
        return f"[{', '.join(map(shown, value))}]"
    from toysim.plan import identified  # NumPy loads where there are arrays

    known = identified(value)
    return f"array({', '.join(map(str, known['shape']))}) {known['digest'][:8]}"
