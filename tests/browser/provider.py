"""A provider of sign-ins that also makes tokens no honest provider would: for what oidc-provider-mock cannot do."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

MAIL = "land@pref.example"


def claims(kind: str, issuer: str, client: str, nonce: str) -> dict[str, object]:
    """The claims of a sound token, with the one fault that ``kind`` names."""
    at = int(time.time())
    sound = {
        "iss": issuer, "sub": "land", "aud": client, "iat": at, "exp": at + 3600, "nonce": nonce,
        "email": MAIL, "email_verified": True, "name": "県土 花子",
    }  # fmt: skip
    faults: dict[str, dict[str, object]] = {
        "sound": {},
        "other-audience": {"aud": "another-program"},
        # Authlib is content with this one: it looks at azp.
        "other-audience-own-azp": {"aud": "another-program", "azp": client},
        "shared-audience": {"aud": [client, "another-program"], "azp": "another-program"},
        "other-issuer": {"iss": "http://elsewhere.example"},
        "long-expired": {"iat": at - 9000, "exp": at - 5400},
        "soon-expired": {"exp": at + 4},
        # Within the two minutes that Authlib allows.
        "just-expired": {"exp": at - 20},
        "old-nonce": {"nonce": "of-another-sign-in"},
        "unverified-mail": {"email_verified": False},
        "aged": {"iat": at - 11 * 3600},
    }
    return sound | faults[kind]


class _Answers(BaseHTTPRequestHandler):
    server: _Provider

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        issuer = self.server.issuer
        match parts.path:
            case "/.well-known/openid-configuration":
                self._json(
                    {
                        "issuer": issuer,
                        "authorization_endpoint": f"{issuer}/authorize",
                        "token_endpoint": f"{issuer}/token",
                        "jwks_uri": f"{issuer}/jwks",
                        "response_types_supported": ["code"],
                        "subject_types_supported": ["public"],
                        "id_token_signing_alg_values_supported": ["RS256"],
                    }
                )
            case "/jwks":
                self._json({"keys": [self.server.key.as_dict(private=False)]})
            case "/authorize" if "kind" not in asked:
                kinds = ("sound", "other-audience", "other-audience-own-azp", "shared-audience", "other-issuer",
                         "long-expired", "soon-expired", "just-expired", "old-nonce", "unverified-mail", "aged",
                         "other-key")  # fmt: skip
                links = "".join(f'<p><a href="{escape(self.path)}&amp;kind={k}">{k}</a></p>' for k in kinds)
                self._send(f"<!doctype html><title>provider</title>{links}".encode(), "text/html")
            case "/authorize":
                code = base64.urlsafe_b64encode(
                    json.dumps([asked["kind"], asked["client_id"], asked.get("nonce", "")]).encode()
                ).decode()
                back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
                self.send_response(302)
                self.send_header("Location", back)
                self.end_headers()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        kind, client, nonce = json.loads(base64.urlsafe_b64decode(body["code"][0]))
        key = RSAKey.generate_key(2048, {"kid": "own"}) if kind == "other-key" else self.server.key
        told = claims("sound" if kind == "other-key" else kind, self.server.issuer, client, nonce)
        token = jwt.encode({"alg": "RS256", "kid": "own"}, told, key)
        self._json({"access_token": "opaque", "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    def _json(self, what: object) -> None:
        self._send(json.dumps(what).encode(), "application/json")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class _Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = RSAKey.generate_key(2048, {"kid": "own"})


@contextmanager
def dishonest() -> Iterator[str]:
    """The provider's address while it runs."""
    provider = _Provider()
    threading.Thread(target=provider.serve_forever, daemon=True).start()
    try:
        yield provider.issuer
    finally:
        provider.shutdown()
        provider.server_close()
