"""Several processes on one socket: a connection stays with the process that accepted it, however busy that one is.

Connections that come at once are accepted by whoever wakes first, so eight kept ones may lie six and two on two
processes, and six callers wait three times as long as the other two. A process that answers more requests at once
than a neighbour therefore ends the connection with its answer (`Connection: close`, as every HTTP client knows);
the caller's next one finds whoever has time for it.
"""

from __future__ import annotations

import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Balance", "Balanced", "alive"]

_COUNT = struct.Struct("=I")
_NAME = "requests."
"""Of a file in the folder that the processes share; the process id follows."""
TOO_MANY = 2
"""More than a neighbour: one is no more than where an odd number of callers must lie."""


class Balance:
    """Counts the requests that one process is answering, where its neighbours can read it.

    For the thread of the event loop; `meet` may be called by another.
    """

    def __init__(self, folder: Path, pid: int | None = None) -> None:
        """`folder`: shared by the processes, and by no others."""
        self._folder = folder
        self._own = _NAME + str(os.getpid() if pid is None else pid)
        fresh = folder / f"new.{self._own}"
        fresh.write_bytes(_COUNT.pack(0))
        fresh.rename(folder / self._own)  # whole, or not there
        self._mine = _map(folder / self._own, mmap.ACCESS_WRITE)
        self._answering = 0
        self._neighbours: dict[str, mmap.mmap] = {}

    def meet(self) -> None:
        """Looks who the neighbours are now; asked every second or so, because processes end and are replaced."""
        met = {}
        for file in self._folder.glob(_NAME + "*"):
            if not alive(int(file.name.removeprefix(_NAME))):
                file.unlink(missing_ok=True)
            elif file.name != self._own:
                met[file.name] = self._neighbours.get(file.name) or _map(file, mmap.ACCESS_READ)
        self._neighbours = met

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While a request is answered."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @property
    def busier(self) -> bool:
        """Whether a neighbour answers at least two requests fewer than this process."""
        least = min((_COUNT.unpack_from(n)[0] for n in self._neighbours.values()), default=self._answering)
        return bool(self._answering - least >= TOO_MANY)

    def _count(self, change: int) -> None:
        self._answering += change
        _COUNT.pack_into(self._mine, 0, self._answering)


class Balanced:
    """An ASGI application that lets its callers go where there is more time for them."""

    def __init__(self, app: ASGIApp, balance: Balance) -> None:
        self._app = app
        self._balance = balance

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and self._balance.busier:
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)

        with self._balance.answering():
            await self._app(scope, receive, sending)


def alive(pid: int) -> bool:
    """Whether a process of this user runs."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _map(file: Path, access: int) -> mmap.mmap:
    with file.open("r+b") as opened:
        return mmap.mmap(opened.fileno(), _COUNT.size, access=access)
