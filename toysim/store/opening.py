"""Files of a store are opened with suspicion: a link could lead out of its folder, a pipe would be
waited for, and a huge file would fill the memory.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from toysim.errors import StoreError, ToysimError

PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # Path makes one slash of two


def local(path: str | Path) -> Path:
    """A path of this machine; a URL would become a folder ``s3:``."""
    if URL.match(str(path)):
        raise ToysimError(
            f"{path}: stores and files are on disks of this machine; give a path, and copy from "
            "there"
        )
    return Path(path)


@contextmanager
def opened(path: str | Path, flags: int, mode: int = 0o666) -> Iterator[int]:
    """The descriptor of a plain file; OSError for a link, a folder, a pipe or a device."""
    handle = os.open(path, flags | PLAIN, mode)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "is no plain file", str(path))
        if flags & os.O_CREAT and os.fstat(handle).st_uid == os.geteuid():
            os.fchmod(handle, os.fstat(handle).st_mode | mode & 0o060)
        yield handle
    finally:
        os.close(handle)


def content_of(path: str | Path, longest: int) -> bytes:
    """The bytes of a plain file. Raises ValueError if there are more than ``longest``."""
    with opened(path, os.O_RDONLY) as handle:
        if os.fstat(handle).st_size > longest:
            raise ValueError("it is longer than it can be")
        with open(handle, "rb", closefd=False) as file:
            return file.read(longest)


@lru_cache(maxsize=2**16)
def refuse_links(root: str, folder: str) -> None:
    """A store's folders are no links: each is looked at once."""
    above = root
    for name in filter(None, folder.split("/")):
        above = f"{above}/{name}"
        if os.path.islink(above):
            raise StoreError(
                f"{above} is a link: a store holds none, since it could lead anywhere; put the "
                "folder itself there"
            )


def shared_mode(path: Path) -> int:
    """Mode of a file that several users of a group write: that of the folder, without x."""
    return path.stat().st_mode & 0o666
