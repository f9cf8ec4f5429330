"""Parameter values as tables and errors show them: short, and still told apart."""

from __future__ import annotations

import hashlib
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
    known = identified(value)
    return f"array({', '.join(map(str, known['shape']))}) {known['digest'][:8]}"


def printable(text: str) -> str:
    """Control characters written out: a terminal would obey those that a file brings."""
    kept = (
        (c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode()) for c in text
    )
    return "".join(kept)


def identified(value: Any) -> Any:
    """A fixed value as it stands in a store's identity: arrays by shape and digest of their bytes.

    Their values lie in the store's group ``inputs``.
    """
    import numpy as np  # loads where there are arrays

    array = np.asarray(value)
    if array.ndim == 0 or array.size == 0:
        return [] if array.ndim else array.item()
    content = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"))
    digest = hashlib.blake2b(content.tobytes(), digest_size=16)
    return {"shape": list(array.shape), "digest": digest.hexdigest()}
