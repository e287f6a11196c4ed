"""A client that costs little, since it shares the machine with the server it measures."""

import socket


class Connection:
    """One keep-alive connection; requests are sent as finished bytes."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> bytes:
        """Send a request and return the body of its 200. Raises RuntimeError for another status."""
        self._socket.sendall(request)
        head, separator, body = self._read().partition(b"\r\n\r\n")
        while not separator:
            more = self._read()
            head, separator, body = (head + body + more).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"{head[:200]!r} {body[:500]!r}")
        length = _content_length(head)
        pieces, received = [body], len(body)
        while received < length:
            piece = self._read()
            pieces.append(piece)
            received += len(piece)
        return b"".join(pieces)

    def _read(self) -> bytes:
        piece = self._socket.recv(256 * 1024)
        if not piece:
            raise RuntimeError("the server closed the connection")
        return piece

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError(f"an answer without length: {head!r}")


def get(path: str, token: str) -> bytes:
    """Return a GET request."""
    return f"GET {path} HTTP/1.1\r\n{_headers(token)}\r\n".encode()


def post(path: str, token: str, body: bytes) -> bytes:
    """Return a POST request of JSON."""
    head = f"POST {path} HTTP/1.1\r\n{_headers(token)}"
    return (
        f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def _headers(token: str) -> str:
    return f"Host: localhost\r\nAuthorization: Bearer {token}\r\nAccept: application/json\r\n"
