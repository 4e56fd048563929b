"""The language server: what it knows of its client, and how it answers.

Messages are handled in order on the event loop. Notifications are applied at once; requests, with
the documents as they are at that moment, go to an executor. So nothing that takes long delays
reading, and every answer is for the text that the client had when it asked.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from lsprotocol.types import LSPErrorCodes

from ..api.quoting import escaped
from ..api.rpc.messages import RpcError
from ..api.rpc.protocol import Server
from ..indexer.errors import DamagedError, FluxIndexError
from ..indexer.snapshot import StaleError
from ..indexer.snapshot.time_limit import TimeLimit
from .client import Client, Settings
from .client_updates import ClientUpdates
from .documents import Documents
from .executors import Executors
from .features import METHODS, Method
from .lifecycle import METHODS as LIFECYCLE_METHODS
from .lifecycle import NOTIFICATIONS
from .params import Params
from .requests import LanguageServerProtocol, Request
from .workspaces import Workspaces

if TYPE_CHECKING:
    from .features import Handler

# While one thread computes, others run after so many seconds: a quick answer does not wait 5 ms,
# Python's default, for each step on its way.
_SWITCH_SECONDS = 0.001
# A file may change again while it is read again; not for ever.
_ATTEMPTS = 4
# Seconds of CPU for one request: what nobody thought of counting ends there.
_SECONDS = 25.0

_log = logging.getLogger(__name__)


class LanguageServer(Server):
    """One client's server."""

    def __init__(self) -> None:
        """Nothing happens before the client's first message."""
        super().__init__(LanguageServerProtocol)
        self.connection = self.connect()
        self.client = Client({})
        self.settings = Settings()
        self.documents = Documents()
        self.executors = Executors()
        self.workspaces = Workspaces(self)
        self.updates = ClientUpdates(self)
        self.state: Literal["new", "running", "shut down"] = "new"
        self.trace = False
        """True if the client wants to be sent what happens to its requests."""
        self.exit_code: int | None = None
        """Set by the notification exit."""
        self.methods: dict[str, Method] = {**LIFECYCLE_METHODS, **METHODS}
        for name, method in self.methods.items():
            executor = self.executors[method.executor] if method.executor is not None else None
            self.add_method(name, partial(self._answer, method), executor)
        self.notifications = NOTIFICATIONS
        for name, handler in NOTIFICATIONS.items():
            self.add_method(name, partial(self._receive, name, handler))
        self._timers: dict[object, asyncio.TimerHandle] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        sys.setswitchinterval(_SWITCH_SECONDS)

    # What features use. From any thread

    def notify(self, method: str, params: object) -> None:
        """Send a notification to the client."""
        self.connection.notify(method, params)

    def request(
        self, method: str, params: object, then: Callable[[Any], None] | None = None
    ) -> None:
        """Send a request to the client; ``then`` is called with the result, not with an error."""

        def answered(response: Future[Any]) -> None:
            if then is not None and response.exception() is None:
                self.guard(method, partial(then, response.result()))()

        self.connection.send_request(method, params).add_done_callback(answered)

    def show(self, message: str) -> None:
        """Show a warning to the user."""
        self.notify("window/showMessage", {"type": 2, "message": escaped(message)})

    def run_in_background(self, handler: Handler, params: dict[str, Any]) -> None:
        """Run a handler as if the client had requested it; its result is dropped."""
        request = Request(self, "", Params(params), self.documents.state, "background")

        def run() -> None:
            try:
                self._attempt(handler, request)
            except RpcError:
                pass

        self.executors["background"].submit(self.guard("background work", run))

    def call_later(self, key: object, seconds: float, function: Callable[[], None]) -> None:
        """Call a function in the background after a delay, instead of an earlier one of its key."""

        def schedule(loop: asyncio.AbstractEventLoop) -> None:
            if (earlier := self._timers.pop(key, None)) is not None:
                earlier.cancel()
            self._timers[key] = loop.call_later(seconds, run)

        def run() -> None:
            self._timers.pop(key, None)
            if self.state == "running":
                self.executors["background"].submit(self.guard(str(key), function))

        if self._loop is not None:
            self._loop.call_soon_threadsafe(schedule, self._loop)

    def call_soon(self, function: Callable[[], None]) -> None:
        """Call a function on the event loop."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(function)

    def guard(self, what: str, function: Callable[[], object]) -> Callable[[], None]:
        """Return a function that logs what another one raises."""

        def call() -> None:
            try:
                function()
            except Exception:
                _log.exception("%s failed", what)

        return call

    # Start and end

    def attach(self, writer: Any) -> None:
        """Send messages to a writer, and run timers on the event loop that runs now."""
        self._loop = asyncio.get_running_loop()
        self.connection.set_writer(writer, include_headers=False)

    def initialize(self, params: Params) -> None:
        """Take in the client's capabilities."""
        self.client = Client(params)
        self.documents.encoding = self.client.encoding
        self.state = "running"

    def stop(self) -> None:
        """Cancel what is being answered, and refuse what comes."""
        self.state = "shut down"
        for call in self.connection.open_calls:
            call.cancelled = call.method != "shutdown"

    def close(self) -> None:
        """Release the workspaces, whether or not the client has sent shutdown."""
        self.stop()
        self.executors.wait_until_idle(2.0)
        self.workspaces.close()
        self.executors.shut_down()

    # Handlers

    def _receive(
        self, name: str, handler: Callable[[LanguageServer, Params], None], params: Params
    ) -> None:
        try:
            handler(self, params)
        except RpcError as error:
            # The client is not answered; whoever reads the log can see it.
            _log.warning("%s: %s", name, error)

    def _answer(self, method: Method, request: Request) -> object:
        if method.setting and not self.settings.enabled(method.setting):
            return None
        result = self._attempt(method.handler, request)
        request.check()
        return result

    def _attempt(self, handler: Handler, request: Request) -> object:
        for _ in range(_ATTEMPTS):
            request.check()
            try:
                with TimeLimit(_SECONDS):
                    return handler(request)
            except StaleError as stale:
                request.retry(stale.path)
            except DamagedError:
                request.retry("")
            except FluxIndexError as error:
                _log.info("%s: %s", request.method, error)
                return None
            finally:
                request.close()
        raise RpcError(LSPErrorCodes.ContentModified, "files change faster than they are read")
