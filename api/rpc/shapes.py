"""Shapes of what the server's own methods answer; read by type checkers and for OpenRPC only."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class ServerInfo(TypedDict):
    """Which server this is and how it is doing."""

    name: str
    version: str
    root: str
    """Folder of the workspace."""
    pid: int
    role: Literal["writer", "reader"]
    """A reader answers while another process, which does not serve, writes the index."""
    endpoints: list[str]
    """Where to reach this server: ``unix:PATH``, ``tcp:HOST:PORT``."""
    clients: int
    generation: int
    pending: int
    building: bool
    watcher: dict[str, str]


class Reached(TypedDict):
    """How far the index is."""

    generation: int
    pending: int
    reached: bool
    """Whether what was waited for has happened; false when the time was over first."""


class Subscription(TypedDict):
    """What a client is told from now on, and how far the index is."""

    changes: bool
    generation: int
    pending: int


class Changed(TypedDict):
    """Parameters of the notification ``index/changed``."""

    generation: int
    paths: list[str]
    """Files that may have changed, relative to the workspace."""
    complete: bool
    """Whether ``paths`` holds all of them."""


class ProgressValue(TypedDict):
    """What ``$/progress`` says about a build, as the language server protocol has it."""

    kind: Literal["begin", "report", "end"]
    title: NotRequired[str]
    message: NotRequired[str]
    percentage: NotRequired[int]


class ProgressParams(TypedDict):
    """Parameters of the notification ``$/progress``."""

    token: str | int
    value: ProgressValue
