"""A real HTTP server and a real SMTP server on the loopback, which remember what they were sent."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from search_api.saved.webhook import KEY, SIGNATURE, TIMESTAMP, signature

__all__ = ["Hook", "MailServer"]


class Hook:
    """A webhook's receiver on one port for its whole life: while it is down, nothing listens there."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.received: list[tuple[str, Any]] = []
        """(Idempotency-Key, body) in the order of arrival."""
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.redirect: str | None = None
        self._server: http.server.ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def is_up(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.requests.append((dict(self.headers), body))
                if hook.status == 200:
                    hook.received.append((str(self.headers[KEY]), json.loads(body)))
                self.send_response(hook.status)
                if hook.redirect:
                    self.send_header("Location", hook.redirect)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def forget(self) -> None:
        self.received.clear()
        self.requests.clear()
        self.status, self.redirect = 200, None

    def signed_with(self, secret: str) -> bool:
        """Whether all that came is signed so."""
        return all(signature(secret, head[TIMESTAMP], body) == head[SIGNATURE] for head, body in self.requests)


class MailServer:
    """Takes every mail; `port` is where."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse = False
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return "451 Come back later"
        assert isinstance(envelope.content, bytes)
        self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"
