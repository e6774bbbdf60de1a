"""In every Python process of a guarded command: whoever would speak to another machine is written down, and refused."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any


def _refuse(host: object, what: str) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        if name in (None, "", "localhost") or ipaddress.ip_address(str(name)).is_loopback:
            return
    except ValueError:
        pass
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_stack()]
    with Path(os.environ["ASKED_OTHERS"]).open("a", encoding="utf-8") as file:
        file.write(f"{what} {name}: {' '.join(sys.argv[:3])}: {' '.join(places)}\n")
    raise OSError(f"this test lets nothing speak to {name}")


class _Loopback(socket.socket):
    def connect(self, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0], "connect")
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0], "connect")
        return super().connect_ex(address)


def _getaddrinfo(host: Any, *arguments: Any, **more: Any) -> Any:
    _refuse(host, "look up")
    return _asks(host, *arguments, **more)


_asks = socket.getaddrinfo
socket.getaddrinfo = _getaddrinfo
socket.socket = _Loopback  # type: ignore[misc]
