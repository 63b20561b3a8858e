"""An OAuth2 provider as Google or Microsoft are one, on a port of the loopback: consent with PKCE, tokens that end, and
their introspection (RFC 7662), by which Dovecot knows them.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT_ID, CLIENT_SECRET = "lejek-tests", "tajny-klucz-aplikacji"


class OAuthServer:
    """What the provider knows. `login` is who is signed in there and agrees."""

    def __init__(self) -> None:
        self.login = ""
        self.lifetime = 3600
        self.codes: dict[str, dict[str, str]] = {}
        self.access_tokens: dict[str, str] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.refreshed = 0
        self.is_down = False
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def settings(self, **values: Any) -> dict[str, Any]:
        """What the setting MAIL_OAUTH says of this provider."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "authorize_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "scope": "https://mail.example.com/",
            "imap_host": "localhost",
            "imap_port": 993,
            "imap_security": "tls",
            "smtp_host": "",
            "smtp_port": 465,
            "smtp_security": "tls",
            "extra": {"access_type": "offline"},
            **values,
        }

    def agree(self, url: str) -> str:
        """The owner opens `url`, signs in and agrees; the address that the provider sends the browser to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self.codes[code] = {"challenge": asked["code_challenge"], "redirect_uri": asked["redirect_uri"]}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def take_back(self) -> None:
        """The owner takes the consent back."""
        self.access_tokens.clear()
        self.refresh_tokens.clear()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if self.is_down:
            return 503, {}
        if path == "/introspect":
            login = self.access_tokens.get(form.get("token", ""))
            return 200, {"active": "true", "username": login} if login else {"active": "false"}
        if form.get("grant_type") == "authorization_code":
            known = self.codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if known != {"challenge": challenge, "redirect_uri": form["redirect_uri"]}:
                return 400, {"error": "invalid_grant", "error_description": "Bad code"}
            refresh = secrets.token_urlsafe(12)
            self.refresh_tokens[refresh] = self.login
            return 200, {**self._token(self.login), "refresh_token": refresh}
        login = self.refresh_tokens.get(form.get("refresh_token", ""))
        if login is None:
            return 400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
        self.refreshed += 1
        return 200, self._token(login)

    def _token(self, login: str) -> dict[str, Any]:
        token = secrets.token_urlsafe(12)
        self.access_tokens[token] = login
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}


def _handler(server: OAuthServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path.startswith("/introspect"):
                form.setdefault("token", parse_qs(urlsplit(self.path).query).get("token", [""])[0])
            status, answer = server.answer(urlsplit(self.path).path, form)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@contextmanager
def running_oauth_server() -> Iterator[OAuthServer]:
    server = OAuthServer()
    thread = threading.Thread(target=server.http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        server.http.server_close()
        thread.join(5)
