"""Where the chunks, the root document and the log of a store live: a folder on the disk, or the
memory of this process.

Nothing else differs between a sweep with a store and one without. Only the folder outlives a power
cut, so only it has a lock, a sync and half-written files.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy.typing as npt

from toysim.store.codec import most_bytes, packed, unpacked
from toysim.store.document import ROOT, put_back, read_root, write_root
from toysim.store.files import drop_torn_files, locked, sync
from toysim.store.log import append_event, read_events
from toysim.store.opening import content_of, local, refuse_links

Array = npt.NDArray[Any]
Chunks = dict[str, Array]


@dataclass(frozen=True)
class Folder:
    """A Zarr folder; each file is written beside its place and renamed, so that it is whole."""

    path: Path

    def __post_init__(self) -> None:
        local(self.path)

    # Chunks, by keys like simulation/depth/c/0

    def get(self, key: str, dtype: Any, shape: tuple[int, ...]) -> Array | None:
        """A chunk, None where there is none. Raises OSError, ValueError or RuntimeError if it is
        damaged.
        """
        try:
            content = content_of(self._file(key), most_bytes(dtype, shape))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return unpacked(content, dtype, shape)

    def put(self, key: str, chunk: Array) -> None:
        self._write(key, packed(chunk))

    def holds(self, key: str) -> bool:
        """Whether a file is there: a power cut may leave an empty one."""
        try:
            return os.lstat(self._file(key)).st_size > 0
        except OSError:
            return False

    def drop(self, key: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(self._file(key))

    def _file(self, key: str) -> str:
        """Where a key's file lies: inside, by folders and not by links."""
        refuse_links(str(self.path), os.path.dirname(key))
        return f"{self.path}/{key}"

    def _write(self, key: str, content: bytes) -> None:
        place = self._file(key)
        temporary = Path(f"{place}.{uuid.uuid4().hex}.partial")
        try:
            try:
                temporary.write_bytes(content)
            except FileNotFoundError:  # the first chunk of a row of chunks
                self._make_folder(os.path.dirname(key))
                temporary.write_bytes(content)
            os.replace(temporary, place)
        except OSError:
            with suppress(OSError):
                temporary.unlink()
            raise

    def _make_folder(self, folder: str) -> None:
        """With the access of the store's own, which is not made anew where it was moved away."""
        place, mode = f"{self.path}/{folder}", os.stat(self.path).st_mode & 0o7777
        try:
            os.mkdir(place)
        except FileNotFoundError:
            self._make_folder(os.path.dirname(folder))
            self._make_folder(folder)
        except FileExistsError:
            pass
        else:
            os.chmod(place, mode)

    # Documents and the log

    def is_store(self) -> bool:
        """Whether there is a root document: a power cut may leave an empty file of one."""
        return self.holds(ROOT)

    def stamp(self) -> tuple[int, int] | None:
        """Changes with the root document, None where there is none: a look at it is cheap."""
        try:
            found = os.stat(self.path / ROOT)
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def put_back(self) -> None:
        """A lost root document from its copy."""
        put_back(self.path)

    def root(self) -> dict[str, Any]:
        return read_root(self.path)

    def commit(self, root: dict[str, Any]) -> None:
        write_root(self.path, root)

    def describe(self, key: str, document: dict[str, Any]) -> None:
        """The document of one array or group, for readers that do not ask the root."""
        content, name = json.dumps(document).encode(), f"{key}/{ROOT}"
        with suppress(OSError, ValueError):  # it is not there, or not ours
            if content_of(self._file(name), len(content)) == content:
                return
        self._write(name, content)

    def append(self, event: dict[str, Any]) -> None:
        append_event(self.path, event)

    def events(self) -> Iterator[dict[str, Any]]:
        return read_events(self.path)

    # What only a disk needs

    def locked(self) -> AbstractContextManager[None]:
        return locked(self.path)

    def sync(self) -> None:
        sync(self.path)

    def drop_torn_files(self) -> None:
        drop_torn_files(self.path)

    def has_blocks(self) -> bool:
        """Whether there are finished blocks."""
        return any(self.path.glob("*/state/c/*"))

    def clear(self, parts: Iterable[str]) -> None:
        """Drop what a killed creation left."""
        self.path.mkdir(parents=True, exist_ok=True)
        for part in parts:
            shutil.rmtree(self.path / part, ignore_errors=True)

    # Its worker processes write into it themselves

    def taken(self) -> Chunks:
        return {}

    def take_in(self, chunks: Chunks) -> None:
        pass


@dataclass(eq=False)
class Memory:
    """Chunks in a dict. A copy of it goes to each worker process, whose new chunks come back."""

    path: Path = Path("memory")
    chunks: Chunks = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    document: str = ""  # as text, so that it gives back what a file would
    new: deque[str] = field(default_factory=deque)  # keys; threads of a worker share it

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "new": deque()}

    def get(self, key: str, dtype: Any, shape: tuple[int, ...]) -> Array | None:
        return self.chunks.get(key)

    def put(self, key: str, chunk: Array) -> None:
        self.chunks[key] = chunk
        self.new.append(key)

    def holds(self, key: str) -> bool:
        return key in self.chunks

    def drop(self, key: str) -> None:
        self.chunks.pop(key, None)

    def is_store(self) -> bool:
        return bool(self.document)

    def stamp(self) -> tuple[int, int] | None:
        return (0, 0)

    def put_back(self) -> None:
        pass

    def root(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.document)
        return found

    def commit(self, root: dict[str, Any]) -> None:
        self.document = json.dumps(root)

    def describe(self, key: str, document: dict[str, Any]) -> None:
        pass

    def append(self, event: dict[str, Any]) -> None:
        self.log.append(event)

    def events(self) -> Iterator[dict[str, Any]]:
        return iter(self.log)

    def locked(self) -> AbstractContextManager[None]:
        return nullcontext()

    def sync(self) -> None:
        pass

    def drop_torn_files(self) -> None:
        pass

    def has_blocks(self) -> bool:
        return False

    def clear(self, parts: Iterable[str]) -> None:
        pass

    def taken(self) -> Chunks:
        """What was put here since this was last asked."""
        found: Chunks = {}
        with suppress(IndexError):  # nothing left
            while True:
                key = self.new.popleft()
                found[key] = self.chunks[key]
        return found

    def take_in(self, chunks: Chunks) -> None:
        self.chunks |= chunks


Home: TypeAlias = Folder | Memory


def home_of(place: Home | str | Path) -> Home:
    """A place as given: a home, or the path of a folder."""
    return Folder(Path(place)) if isinstance(place, str | Path) else place
