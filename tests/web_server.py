"""Something that speaks HTTP, for what isn't the server that was expected."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

__all__ = ["Answer", "Quiet", "listening", "web_server"]

Answer = Callable[[Mapping[str, str]], tuple[int, Mapping[str, str], bytes]]
"""From the headers of a GET: status, headers and body."""


@contextmanager
def web_server(answer: Answer) -> Iterator[str]:
    """Its URL, on a free port of the loopback."""

    class Handler(Quiet):
        def do_GET(self) -> None:
            status, headers, body = answer(dict(self.headers))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    with listening(Handler) as url:
        yield url


class Quiet(http.server.BaseHTTPRequestHandler):
    """Says nothing of its requests."""

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def listening(handler: type[Quiet]) -> Iterator[str]:
    """The URL of a server of such handlers, on a free port of the loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
