"""A small OpenID Connect provider on loopback, in place of Google.

Serves discovery, authorize, token and keys, and answers for the person that the test sets as
`person`. Checks what a real one checks: client, redirect address, PKCE, one use of a code.
"""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "cerdas-uji", "rahasia-uji"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class OpenIdProvider:
    """The provider. person: claims of whoever signs in next; None cancels."""

    person: dict[str, Any] | None = None
    overrides: dict[str, Any] = field(default_factory=dict)  # claims of the id token
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    server: Any = None

    @property
    def issuer(self) -> str:
        """Return the address of the provider."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def start(self) -> "OpenIdProvider":
        """Serve on a free port."""
        provider = self

        class Handler(_Handler):
            state = provider

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """End serving."""
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, query: dict[str, str]) -> str:
        """Return where the browser is sent after the person has agreed, or has not."""
        assert query["client_id"] == CLIENT_ID
        assert query["response_type"] == "code"
        assert "openid" in query["scope"].split()
        if self.person is None:
            answer = {"error": "access_denied", "state": query["state"]}
        else:
            code = uuid4().hex
            self.codes[code] = {"person": self.person, **query}
            answer = {"code": code, "state": query["state"]}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """Return tokens for a code; a code works once."""
        granted = self.codes.pop(form["code"])
        assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        assert form["redirect_uri"] == granted["redirect_uri"]
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert challenge == granted["code_challenge"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            **granted["person"],
            **self.overrides,
        }
        id_token = jwt.encode(claims, _KEY, algorithm="RS256", headers={"kid": "uji"})
        return {
            "access_token": uuid4().hex,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": id_token,
        }

    def discovery(self) -> dict[str, Any]:
        """Return the document that clients read first."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


def keys() -> dict[str, Any]:
    """Return the public key as a JWK set."""
    key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_KEY.public_key()))
    return {"keys": [{**key, "kid": "uji", "alg": "RS256", "use": "sig"}]}


class _Handler(BaseHTTPRequestHandler):
    state: OpenIdProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.state.asked.append(parts.path)
        if parts.path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self.send_response(302)
            self.send_header("Location", self.state.authorize(query))
            self.end_headers()
        elif parts.path == "/keys":
            self._json(keys())
        else:
            self._json(self.state.discovery())

    def do_POST(self) -> None:
        self.state.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        try:
            self._json(self.state.token(form))
        except (AssertionError, KeyError):
            self._json({"error": "invalid_grant"}, status=400)

    def _json(self, content: dict[str, Any], status: int = 200) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
