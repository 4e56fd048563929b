"""The server of the page: files of the page, data of the views, and news as they come."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..assets import read_asset
from ..rpc.messages import RpcError
from ..version import version
from . import agents, around, classes, edit, modules
from .questions import Questions, visible

View = Callable[[Questions, Request], Awaitable[Any]]

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_LOOK_SECONDS = 1.0
# A stream that says nothing is taken for dead by some.
_BEAT_SECONDS = 15.0
_MOST_TEXT = 500


class Page:
    """Answers requests of the page, and knows when there was one last."""

    def __init__(self, questions: Questions, editor: str) -> None:
        """``editor`` is the template of links to an editor."""
        self._questions = questions
        self._editor = editor
        self._n_streams = 0
        self._used = time.monotonic()
        self.is_ending = False
        """True once streams are to end."""

    @property
    def idle_seconds(self) -> float:
        """Seconds since somebody has looked at the page."""
        return 0.0 if self._n_streams else time.monotonic() - self._used

    def note_use(self) -> None:
        """Note that somebody looks at the page now."""
        self._used = time.monotonic()

    def app(self) -> Starlette:
        """The application, behind whose path there is nothing but this page."""
        views: dict[str, View] = {
            "start": self._start,
            "landing": lambda ask, _: around.landing(ask),
            "complete": lambda ask, request: around.complete(ask, _text(request, "query")),
            "center": lambda ask, request: around.center(ask, _target(request)),
            "users": lambda ask, request: around.users(ask, _target(request)),
            "classes": lambda ask, request: classes.classes(ask, _target(request)),
            "drift": lambda ask, request: classes.drift(ask, _target(request)),
            "modules": lambda ask, request: modules.modules(ask, _text(request, "below")),
            "edit": lambda ask, _: edit.edit(ask),
            "agents": lambda ask, _: agents.agents(ask),
        }
        routes = [Route(f"/api/{name}", self._answering(view)) for name, view in views.items()]
        routes += [
            Route("/api/news", self._news),
            Route("/assets/{name}", self._asset),
            Route("/{name}", self._file),
            Route("/", self._file),
        ]
        return Starlette(routes=routes)

    def _answering(self, view: View) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            self.note_use()
            try:
                return JSONResponse(visible(await view(self._questions, request)))
            except InvalidArgumentsError as error:
                return JSONResponse({"error": visible(str(error))}, 400)
            except (FluxIndexError, RpcError) as error:
                return JSONResponse({"error": visible(str(error))}, 502)

        return answer

    async def _start(self, questions: Questions, request: Request) -> Any:
        del request
        info = await questions.generation()
        return {
            "root": questions.root,
            "name": os.path.basename(questions.root),
            "version": version(),
            "editor": self._editor,
            "generation": info["generation"],
            "pending": info["pending"],
            "building": info["building"],
        }

    async def _file(self, request: Request) -> Response:
        self.note_use()
        name = request.path_params.get("name", "index.html")
        return _response(name, lambda: _page_file(name))

    async def _asset(self, request: Request) -> Response:
        name = request.path_params["name"]
        return _response(name, lambda: read_asset(name))

    async def _news(self, request: Request) -> Response:
        del request
        return StreamingResponse(self.stream(), media_type="text/event-stream")

    async def stream(self) -> AsyncIterator[str]:
        """Tell of each change of the code and of what agents did, until the page is closed."""
        self._n_streams += 1
        try:
            reached = (await self._questions.generation())["generation"]
            known = await asyncio.to_thread(agents.stamp, self._questions)
            waiting = asyncio.ensure_future(self._questions.generation(reached))
            said = time.monotonic()
            yield _event({"generation": reached})
            try:
                while not self.is_ending:
                    await asyncio.wait([waiting], timeout=_LOOK_SECONDS)
                    news: dict[str, Any] = {}
                    if waiting.done():
                        info = waiting.result()
                        if info["generation"] > reached:
                            reached = info["generation"]
                            news = {"generation": reached, "pending": info["pending"]}
                        waiting = asyncio.ensure_future(self._questions.generation(reached))
                    stamp = await asyncio.to_thread(agents.stamp, self._questions)
                    if stamp != known:
                        known, news["agents"] = stamp, True
                    if news:
                        yield _event(news)
                        said = time.monotonic()
                    elif time.monotonic() - said > _BEAT_SECONDS:
                        yield ": nothing new\n\n"
                        said = time.monotonic()
            finally:
                waiting.cancel()
        except (FluxIndexError, RpcError) as error:
            yield _event({"error": visible(str(error))})
        finally:
            self._n_streams -= 1
            self.note_use()


def _event(news: dict[str, Any]) -> str:
    return f"data: {json.dumps(news)}\n\n"


def _response(name: str, read: Callable[[], bytes]) -> Response:
    media = _TYPES.get(os.path.splitext(name)[1])
    if media is None or "/" in name or name.startswith("."):
        return Response("there is no such file\n", 404, media_type="text/plain")
    try:
        return Response(read(), media_type=media)
    except OSError:
        return Response("there is no such file\n", 404, media_type="text/plain")


def _page_file(name: str) -> bytes:
    return resources.files(__name__.rpartition(".")[0]).joinpath("page", name).read_bytes()


def _text(request: Request, name: str) -> str:
    return request.query_params.get(name, "")[:_MOST_TEXT]


def _target(request: Request) -> dict[str, Any]:
    """Return what a request asks about: a name, a position, or a file."""
    name, path = _text(request, "name"), _text(request, "path")
    line, character = _text(request, "line"), _text(request, "character")
    if name:
        return {"name": name}
    if not path:
        raise InvalidArgumentsError("give a name, or a path")
    if not line:
        return {"path": path}
    if not line.isdecimal() or not (character or "0").isdecimal():
        raise InvalidArgumentsError("'line' and 'character' are whole numbers")
    return {"path": path, "line": int(line), "character": int(character or "0")}
