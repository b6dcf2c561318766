"""The end of TLS in front of the web, as small as it can be: plain HTTP and TLS on one port."""

import http.client
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import MSG_PEEK, socket
from typing import Any

from tests.attack.tools import run

HANDSHAKE = b"\x16"
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "date", "x-forwarded-proto"}


class Door(BaseHTTPRequestHandler):
    """Passes a request on, and says by which way it came."""

    server: "Doors"

    def pass_on(self) -> None:
        is_tls = isinstance(self.connection, ssl.SSLSocket)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in OF_ONE_CONNECTION}
        headers["X-Forwarded-Proto"] = "https" if is_tls else "http"
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind, timeout=30)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        behind.request(self.command, self.path, body=body or None, headers=headers)
        answer = behind.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        behind.close()

    do_GET = do_OPTIONS = do_POST = do_HEAD = pass_on  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """The web behind writes its own log."""


class Doors(ThreadingHTTPServer):
    """Looks at the first byte of a connection: a handshake of TLS, or plain words."""

    daemon_threads = True

    def __init__(self, behind: int, certificate: Path) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.behind = behind
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread, so that a silent one holds up nobody."""
        with self.unwrapped(request) as connection:
            super().finish_request(connection, client_address)

    def unwrapped(self, request: socket) -> socket:
        request.settimeout(30)
        is_tls = request.recv(1, MSG_PEEK) == HANDSHAKE
        return self.context.wrap_socket(request, server_side=True) if is_tls else request

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who breaks off is none of ours."""


@contextmanager
def tls_end(behind: int, folder: Path) -> Iterator[tuple[int, Path]]:
    """The port in front, and the certificate to trust."""
    certificate = folder / "localhost.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", certificate,
        "-out", folder / "public.pem",
    )  # fmt: skip
    with certificate.open("a") as whole:
        whole.write((folder / "public.pem").read_text())
    with Doors(behind, certificate) as doors:
        threading.Thread(target=doors.serve_forever, daemon=True).start()
        yield doors.server_address[1], folder / "public.pem"
        doors.shutdown()
