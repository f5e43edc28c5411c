# SPDX-License-Identifier: Apache-2.0
"""The web server: gunicorn, with its settings here and nowhere else, and our own `Doorkeeper` for its worker."""

from __future__ import annotations

import errno
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from gunicorn.app.base import BaseApplication

from weir.foundation.ledger.gates.presence import stay
from weir.foundation.policy.reads import open_policies
from weir.kernel.errors import Conflict, Unavailable
from weir.shell import wiring
from weir.shell.running.doorkeeper import LONGEST_FIELD, MOST_CONNECTIONS, MOST_FIELDS, Doorkeeper

# A process whose main loop says nothing for so long is taken for stuck and replaced.
PATIENCE = 60
FINISHES_WITHIN = 7
# How long one thread keeps the interpreter while others want it. A page asks the database a dozen times and queues up
# again after each answer: with Python's 5 ms the slowest of a hundred pages took twice as long.
TURN = 0.0005
_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only for gunicorn's heartbeat, which must not wait for a disk


class PortTaken(Conflict):
    """Something else listens at this address already."""

    hint = "Stop it, or give Weir another address: WEIR_ADDRESS=127.0.0.1:8471 weir up"


class NoSuchAddress(Unavailable):
    """This machine cannot listen at that address."""

    hint = "WEIR_ADDRESS names an address of this machine and a port above 1023."


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn comes without types
    """gunicorn, told everything by us: it reads no file and no command line."""

    def load_config(self) -> None:
        for name, value in options().items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """In each web process: policies are checked as a whole before the first request can ask them."""
        sys.setswitchinterval(TURN)
        open_policies(strict=True)
        stay(on_return=wiring.open_log.cache_clear)
        wiring.begin()
        from weir.shell.web import application  # noqa: PLC0415 - loaded in the process that serves it

        return application


def options() -> dict[str, Any]:
    """Requests are not logged: their addresses hold search words and numbers of cases."""
    host, port = settings.VALUES.address
    return {
        "bind": [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"],
        "worker_class": Doorkeeper,
        "worker_connections": MOST_CONNECTIONS,
        "sendfile": False,  # it would wait for the client, and our files are small
        "workers": settings.VALUES.web_processes,
        "threads": settings.VALUES.web_threads,
        "timeout": PATIENCE,
        "graceful_timeout": FINISHES_WITHIN,
        "keepalive": 5,
        "limit_request_line": 8190,
        "limit_request_fields": MOST_FIELDS,
        "limit_request_field_size": LONGEST_FIELD,
        "forwarded_allow_ips": ",".join(settings.TRUSTED_PROXIES),
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "proc_name": "weir-web",
        "control_socket_disable": True,
        "worker_tmp_dir": str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else None,
    }


def serve() -> None:
    """Until a signal comes; requests that run are finished first."""
    check_address()
    Server().run()


def check_address() -> None:
    """Say in a sentence what gunicorn would say in a trace, and before anything else is started."""
    host, port = settings.VALUES.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(f"Something else listens at {host}:{port} already.") from error
            raise NoSuchAddress(f"Weir cannot listen at {host}:{port}: {error.strerror}.") from error
