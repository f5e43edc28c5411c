# SPDX-License-Identifier: Apache-2.0
"""An internet on loopback: a name server on UDP and an HTTPS server, both real, both small."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUDPServer
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from weir.foundation.identity.gates import PublicInternet

HOSTS = ("example.org", "raw.githubusercontent.com")


@dataclass
class Answer:
    """What the web server says under a path: a status, headers, and the parts of a body."""

    status: int = 200
    parts: tuple[bytes, ...] = (b"",)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Internet:
    """Records by (name, type), pages by (host, path), and everything that was asked of either."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    pages: dict[tuple[str, str], Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False
    dns_port: int = 0
    web_port: int = 0
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def lookout(self, *, inside: bool = True, longest: float = 5.0) -> PublicInternet:
        """The real gate, pointed here; `inside` says that it may reach loopback."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.dns_port
        more: dict[str, Any] = {"may_reach": lambda address: address.startswith("127.")} if inside else {}
        return PublicInternet(resolver, port=self.web_port, trust=self.trust, longest=longest, **more)

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        asked = query.question[0]
        name, kind = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
        self.asked.append((name, kind))
        if self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif values := self.records.get((name, kind)):
            response.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@contextmanager
def internet(folder: Path) -> Iterator[Internet]:
    made = Internet()
    with ExitStack() as stack:
        made.dns_port = stack.enter_context(_serving(ThreadingUDPServer(("127.0.0.1", 0), _names(made))))
        server = ThreadingHTTPServer(("127.0.0.1", 0), _pages(made))
        certificate, made.trust = _certificate(folder)
        server.socket = certificate.wrap_socket(server.socket, server_side=True)
        made.web_port = stack.enter_context(_serving(server))
        yield made


@contextmanager
def _serving(server: Any) -> Iterator[int]:
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # a caller that hangs up is what some tests are about
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _names(made: Internet) -> type[BaseRequestHandler]:
    class Names(BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            sock.sendto(made.answer(dns.message.from_wire(data)).to_wire(), self.client_address)

    return Names


def _pages(made: Internet) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = (self.headers["Host"], self.path)
            made.asked.append(asked)
            page = made.pages.get(asked, Answer(404))
            self.send_response(page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            for part in page.parts:
                self.wfile.write(part)
                self.wfile.flush()

        def log_message(self, *_: Any) -> None:
            """Nothing: the test looks at `asked`."""

    return Pages


def _certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for the hosts of this world, and a client's that trusts it and nobody else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "example.org")])
    start = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(start)
        .not_valid_after(start.replace(year=2100))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path = folder / "example.pem"
    path.write_bytes(secret + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())
