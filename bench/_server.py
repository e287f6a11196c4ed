"""The server as it is deployed: granian with the options of the demo, on a free loopback port."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from cerdas.demo.processes import await_readiness, start_web_server, stop_children

HOST = "127.0.0.1"


@contextmanager
def running_server() -> Iterator[int]:
    """Start the server in the present environment and yield its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    child = start_web_server(HOST, port)
    try:
        await_readiness(HOST, port, [child], timeout_seconds=60)
        yield port
    finally:
        stop_children([child])
