"""The language server: takes messages in order, answers them in threads, and can be called off.

One thread reads. It applies what happens to documents at once and puts every request, with the
documents as they are at that moment, into a lane of worker threads; so nothing that takes long
holds up reading, and every answer is for the text that the client had when it asked.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from time import sleep

from . import messages
from .client import Client
from .documents import Documents
from .executors import Clock, Lane
from .messages import CancelledError, Params, ProtocolError, is_object
from .requests import Request
from .settings import Settings
from .workspaces import Workspaces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .messages import Id, Json

    Handler = Callable[[Request], Json]
    Notified = Callable[[Params], None]

_QUICK_WORKERS, _SLOW_WORKERS = 2, 2
# While one thread computes, others get a word in after this many seconds.
_SWITCH_SECONDS = 0.001
# How long what is patient waits at a time: so many steps of so many seconds.
_STEPS_ASIDE, _STEP_ASIDE_SECONDS = 50, 0.01
_ARRIVAL_SECONDS = 0.5
# A file may change again while it is looked at again; not for ever.
_ATTEMPTS = 4

_log = logging.getLogger(__name__)


class Method:
    """How a request is answered."""

    __slots__ = ("capabilities", "feature", "handler", "patient", "slow", "whole")

    def __init__(
        self,
        handler: Handler,
        capabilities: dict[str, Json] | Callable[[Client], dict[str, Json]],
        feature: str,
        slow: bool,
        whole: bool,
        patient: bool,
    ) -> None:
        self.handler = handler
        self.capabilities = capabilities
        self.feature = feature
        self.slow = slow
        self.whole = whole
        self.patient = patient


class Server:
    """One client's server. ``write`` takes the body of a message, from any thread."""

    def __init__(self, write: Callable[[bytes], None]) -> None:
        """Nothing happens before the client says something."""
        self.client = Client({})
        self.settings = Settings()
        self.documents = Documents()
        self.workspaces = Workspaces(self)
        self.methods: dict[str, Method] = {}
        self.exit_code: int | None = None
        """Set when the client has said exit."""
        self.trace = False
        """Whether the client wants to be told what happens to its requests."""
        self._write = write
        self._notified: dict[str, Notified] = {}
        self._observers: dict[str, list[Callable[..., None]]] = {}
        self._asked: dict[Id, Request] = {}
        self._waiting: dict[Id, Callable[[Json], None] | None] = {}
        self._n_asked = 0
        self._lock = threading.Lock()
        self._quick = Lane("flux-index-quick", _QUICK_WORKERS)
        self._slow = Lane("flux-index-slow", _SLOW_WORKERS)
        # What nobody waits for must not hold up what somebody does.
        self._background = Lane("flux-index-background", 1)
        self._clock = Clock(self._background.put)
        self._quiet = threading.Event()
        self._quiet.set()
        self._was_asked = threading.Event()
        self._state = "new"
        sys.setswitchinterval(_SWITCH_SECONDS)

    # What features use

    def answers(
        self,
        method: str,
        handler: Handler,
        capabilities: dict[str, Json] | Callable[[Client], dict[str, Json]] | None = None,
        *,
        feature: str = "",
        slow: bool = False,
        whole: bool | None = None,
        patient: bool = False,
    ) -> None:
        """Answer a method; see the package ``features``.

        ``whole`` when any file of the workspace may matter to the answer, which is so for slow ones
        unless they say otherwise. ``patient`` ones are for the background: others go first.
        """
        whole = slow if whole is None else whole
        self.methods[method] = Method(handler, capabilities or {}, feature, slow, whole, patient)

    def takes(self, method: str, handler: Notified) -> None:
        """Handle a notification, in the reading thread."""
        self._notified[method] = handler

    def observe(self, event: str, function: Callable[..., None]) -> None:
        """Call a function whenever something happens; see the package ``features``."""
        self._observers.setdefault(event, []).append(function)

    def emit(self, event: str, *arguments: object) -> None:
        """Something has happened."""
        for function in self._observers.get(event, ()):
            try:
                function(*arguments)
            except Exception:
                self.log_exception(event)

    def notify(self, method: str, params: Json) -> None:
        """Tell the client something."""
        self._write(messages.call(method, params))

    def ask(self, method: str, params: Json, then: Callable[[Json], None] | None = None) -> None:
        """Ask the client something; ``then`` is called with its answer, not with an error."""
        with self._lock:
            self._n_asked += 1
            id_ = f"flux-index-{self._n_asked}"
            self._waiting[id_] = then
        self._write(messages.call(method, params, id_))

    def submit(self, handler: Handler, params: dict[str, Json], *, whole: bool = False) -> None:
        """Run a handler in the background as if the client had asked, one after the other."""
        request = Request(
            self, None, "", Params(params), self.documents.state, whole=whole, patient=True
        )
        self._background.put(lambda: self._run_in_background(handler, request))

    def later(self, key: object, seconds: float, function: Callable[[], None]) -> None:
        """Call a function in so many seconds, in place of an earlier one with this key."""
        self._clock.later(key, seconds, self._guarded(str(key), function))

    def _guarded(self, what: str, function: Callable[[], None]) -> Callable[[], None]:
        def job() -> None:
            try:
                function()
            except Exception:
                self.log_exception(what)

        return job

    def show(self, message: str, *, kind: int = 2) -> None:
        """Show people a message: 1 error, 2 warning, 3 information."""
        self.notify("window/showMessage", {"type": kind, "message": message})

    def log_exception(self, what: str) -> None:
        """Note an exception that is our own mistake."""
        _log.exception("%s failed", what)

    def wait_until_quiet(self, seconds: float) -> None:
        """Wait, at most so long, while requests are being answered.

        Whoever has started a server is about to ask, so for the first request it waits a little.
        """
        if not self._was_asked.is_set():
            self._was_asked.wait(min(seconds, _ARRIVAL_SECONDS))
            self._was_asked.set()
        self._quiet.wait(seconds)

    def let_others_pass(self) -> None:
        """Wait, at most a little, while a request that is not patient is being answered."""
        for _ in range(_STEPS_ASIDE):
            with self._lock:
                if all(request.patient for request in self._asked.values()):
                    return
            sleep(_STEP_ASIDE_SECONDS)

    # The life of the server

    def initialize(self, params: Params) -> None:
        """Get to know the client; it counts as initialized from now on."""
        self.client = Client(params)
        self.documents.encoding = self.client.encoding
        self._state = "running"

    @property
    def is_shut_down(self) -> bool:
        """Whether the client has said that it is done."""
        return self._state == "shut down"

    def shut_down(self) -> None:
        """Stop everything but reading."""
        self._state = "shut down"
        for request in list(self._asked.values()):
            request.cancelled = True
        self._was_asked.set()
        self._clock.stop()

    def close(self) -> None:
        """Release what is held, whether or not the client has said that it is done."""
        self.shut_down()
        self._quiet.wait(2.0)
        self.workspaces.close()
        self._quick.stop()
        self._slow.stop()
        self._background.stop()

    # Messages

    def receive(self, body: bytes) -> None:
        """Take one message."""
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as error:
            self._write(messages.failure(None, messages.PARSE_ERROR, f"not JSON: {error}"))
            return
        if not is_object(message):
            self._refuse(None, messages.INVALID_REQUEST, "a message is an object")
            return
        id_, method = message.get("id"), message.get("method")
        if not isinstance(method, str):
            if "id" in message and ("result" in message or "error" in message):
                self._answered(message)
            else:
                self._refuse(id_, messages.INVALID_REQUEST, "a message needs a 'method'")
            return
        params = message.get("params")
        if params is None:
            params = {}
        if "id" not in message:
            self._take(method, params)
        elif isinstance(id_, bool) or not isinstance(id_, int | str):
            self._refuse(None, messages.INVALID_REQUEST, "an id is a number or a string")
        else:
            self._ask(id_, method, params)

    def broken(self, reason: str) -> None:
        """Something in the stream was no message."""
        self._write(messages.failure(None, messages.PARSE_ERROR, reason))

    def _refuse(self, id_: object, code: int, reason: str) -> None:
        known = id_ if isinstance(id_, int | str) and not isinstance(id_, bool) else None
        self._write(messages.failure(known, code, reason))

    def _answered(self, message: dict[str, Any]) -> None:
        then = self._waiting.pop(message["id"], None)
        if then is not None and "error" not in message:
            result = message.get("result")
            self._quick.put(self._guarded("an answer", lambda: then(result)))

    def _take(self, method: str, params: Json) -> None:
        """A notification."""
        if method == "exit":
            self.exit_code = 0 if self.is_shut_down else 1
            return
        if self._state != "running":
            return
        if not is_object(params):
            _log.warning("%s: parameters are no object", method)
            return
        if method == "$/cancelRequest":
            self._cancel(params.get("id"))
            return
        handler = self._notified.get(method)
        if handler is None:
            return
        try:
            handler(Params(params))
        except ProtocolError as error:
            # Nobody is told of a wrong notification but those who read the log.
            _log.warning("%s: %s", method, error)
        except Exception:
            self.log_exception(method)

    def _cancel(self, id_: Any) -> None:
        request = self._asked.get(id_) if isinstance(id_, int | str) else None
        if request is not None:
            request.cancelled = True

    def _ask(self, id_: Id, method: str, params: Json) -> None:
        """A request."""
        if method != "initialize" and self._state == "new":
            self._refuse(id_, messages.NOT_INITIALIZED, "the first request is initialize")
        elif method == "initialize" and self._state != "new":
            self._refuse(id_, messages.INVALID_REQUEST, "initialize comes only once")
        elif self._state == "shut down":
            self._refuse(id_, messages.INVALID_REQUEST, "the server has been shut down")
        elif method not in self.methods:
            self._refuse(id_, messages.METHOD_NOT_FOUND, f"there is no method {method}")
        elif not is_object(params):
            self._refuse(id_, messages.INVALID_PARAMS, "parameters are an object")
        elif id_ in self._asked:
            self._refuse(id_, messages.INVALID_REQUEST, f"request {id_!r} is being answered")
        else:
            known = self.methods[method]
            request = Request(
                self, id_, method, Params(params), self.documents.state, whole=known.whole,
                patient=known.patient,
            )  # fmt: skip
            if method in ("initialize", "shutdown"):
                self._write(self._answer(known, request))
                return
            with self._lock:
                self._asked[id_] = request
                self._quiet.clear()
            self._was_asked.set()
            lane = self._slow if known.slow else self._quick
            lane = self._background if known.patient else lane
            lane.put(lambda: self._run(known, request))

    def _run(self, method: Method, request: Request) -> None:
        assert request.id is not None
        body = self._answer(method, request)
        if self.trace:
            self.notify("$/logTrace", {"message": f"{request.method} {request.id}: answered"})
        with self._lock:
            self._asked.pop(request.id, None)
            if not self._asked:
                self._quiet.set()
        self._write(body)

    def _answer(self, method: Method, request: Request) -> bytes:
        id_ = request.id
        try:
            if method.feature and not self.settings.enabled(method.feature):
                return messages.answer(id_, None)
            result = self._result(method.handler, request)
            request.check()
            return messages.answer(id_, result)
        except CancelledError:
            return messages.failure(id_, messages.REQUEST_CANCELLED, "cancelled")
        except ProtocolError as error:
            return messages.failure(id_, error.code, error.message)
        except Exception as error:
            self.log_exception(request.method)
            reason = f"{type(error).__name__}: {error}"
            return messages.failure(id_, messages.INTERNAL_ERROR, reason)

    def _result(self, handler: Handler, request: Request) -> Json:
        from ..indexer.errors import DamagedError, FluxIndexError
        from ..indexer.snapshot import StaleError

        for _ in range(_ATTEMPTS):
            request.check()
            try:
                return handler(request)
            except StaleError as stale:
                request.again(stale.path)
            except DamagedError:
                request.again("")
            except FluxIndexError as error:
                _log.info("%s: %s", request.method, error)
                return None
        raise ProtocolError(messages.CONTENT_MODIFIED, "files change faster than they are read")

    def _run_in_background(self, handler: Handler, request: Request) -> None:
        try:
            self._result(handler, request)
        except (CancelledError, ProtocolError):
            pass
        except Exception:
            self.log_exception("background work")
