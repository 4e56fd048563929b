"""Who may ask: the page itself, by its address, which has a token that nobody else can know.

A web page of somebody else can make the user's browser send requests here. It does not know the
token; its requests name it in ``Origin`` and ``Sec-Fetch-Site``; and a name of its own that leads
to the loopback stands in ``Host``. Each of these alone is enough to refuse.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # Scripts and styles from here only, nothing inline, and no other place to send anything to.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    # The address has the token: nobody whom a link leads to is told.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_REFUSED = "This is not the address that `flux-index ui` has printed.\n"


class OnlyThisPage:
    """Passes on requests of the page, below its token, and refuses all others."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        """``token`` is the first part of each path, ``port`` the one that is listened to."""
        self._app = app
        self._token = token.encode()
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        status = self._refusal(scope)
        if status:
            refuse = PlainTextResponse(_REFUSED, status)
            await refuse(scope, receive, send_guarded)
            return
        _, _, rest = scope["path"][1:].partition("/")
        await self._app({**scope, "path": f"/{rest}"}, receive, send_guarded)

    def _refusal(self, scope: Scope) -> int:
        """Return the status with which a request is refused, 0 for one that is answered."""
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return 403
        if any(origin != f"http://{hosts[0]}" for origin in headers.getlist("origin")):
            return 403
        # "none" is an address that the user has typed or that the terminal has opened.
        sites = headers.getlist("sec-fetch-site")
        if any(site not in ("same-origin", "none") for site in sites):
            return 403
        token, slash, _ = scope["path"][1:].partition("/")
        if not slash or not compare_digest(token.encode("utf-8", "replace"), self._token):
            return 404
        return 0 if scope["method"] == "GET" else 405
