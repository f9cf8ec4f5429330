"""A page served to this machine alone, below an address that nobody guesses."""

from __future__ import annotations

import secrets
import socket
import webbrowser
from collections.abc import Callable
from typing import Any

from toysim.errors import ToysimError

HOST = "127.0.0.1"
Page = Callable[[Any], None]  # fills a Bokeh document


def serve(
    page: Page, port: int = 0, browser: bool = True, said: Callable[[str], None] = print
) -> None:
    """Serve ``page`` until an interrupt; ``port`` 0 is any free one; ``said`` hears the address.

    Only the loopback interface listens. Everything lies below a random token, without which the
    server answers "not found"; a page of another origin gets no connection.
    """
    server, address = started(page, port)
    said(address)
    if browser:
        webbrowser.open(address)
    server.run_until_shutdown()


def started(page: Page, port: int = 0) -> tuple[Any, str]:
    """The server, which listens, and its address."""
    from bokeh.application import Application
    from bokeh.application.handlers import FunctionHandler
    from bokeh.server.server import Server

    token = secrets.token_urlsafe(24)
    port = port or _free_port()
    try:
        server = Server(
            {"/view": Application(FunctionHandler(page))},
            address=HOST,
            port=port,
            prefix=token,
            use_index=False,
            allow_websocket_origin=[f"{HOST}:{port}"],
        )
    except OSError as error:
        raise ToysimError(f"--port {port}: {error.strerror}; take another, or 0") from None
    server.start()
    return server, f"http://{HOST}:{port}/{token}/view"


def _free_port() -> int:
    """Asked of the system, since the origin that is allowed must name it."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
