"""Framing of messages, in either of two styles.

``headers``: ``Content-Length: N``, an empty line, N bytes, as language servers do. ``lines``: one
JSON text a line, for connections that begin with ``{`` or ``[``. Answers come in the same way. No
input or output happens here, so servers, relays and clients share this.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Style = Literal["headers", "lines"]

LIMIT = 16 * 1024 * 1024
"""Bytes that one message may have."""

_HEADER_LIMIT = 8192
# A message that says it has more bytes than this is not waited for to pass by.
_ABSURD = 1 << 30
_LENGTH = b"content-length:"
_TOKEN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class Broken:
    """Bytes in the stream that are no message; reading goes on behind them."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        """``reason`` is a sentence for whoever sent it."""
        self.reason = reason


class Splitter:
    """Cuts a stream into message bodies. Holds at most one message and its headers.

    After a broken header the next ``Content-Length:`` begins a new message; what is too long is
    read and dropped. So one bad message never costs the connection.
    """

    __slots__ = ("_awaited", "_buffer", "_drop", "_dropping_line", "_length", "_limit", "_lost",
                 "_scanned", "_seen", "authorization", "style")  # fmt: skip

    def __init__(self, limit: int = LIMIT, style: Style | None = None) -> None:
        """``style`` is for those who know it, such as a client reading its answers."""
        self.style: Style | None = style
        self.authorization = b""
        """Value of the last ``Authorization`` header."""
        self._limit = limit
        self._buffer = bytearray()
        # Up to here the buffer is known to hold no line feed.
        self._scanned = 0
        # Bytes of a body that is too long, still to be dropped; and the same for a line.
        self._drop = 0
        self._dropping_line = False
        # Whether the next thing to find is a Content-Length, whatever comes before it.
        self._lost = False
        # Of the headers being read: their bytes so far, and the length they declare.
        self._seen = 0
        self._length: int | None = None
        # Bytes of the body that comes next; -1 while its headers are not complete.
        self._awaited = -1

    def feed(self, data: bytes) -> list[bytes | Broken]:
        """Take in what was read; returns the bodies that are complete now, in order."""
        self._buffer += data
        found: list[bytes | Broken] = []
        while (item := self._next()) is not None:
            found.append(item)
        return found

    def finish(self) -> list[bytes | Broken]:
        """Return what is left at the end: a last line without its end, or half a message."""
        rest = bytes(self._buffer).strip()
        self._buffer.clear()
        if self._dropping_line or self._lost or not (rest or self._seen):
            return []
        if self.style == "lines":
            return [rest]
        return [Broken("the stream ended in the middle of a message")]

    def _next(self) -> bytes | Broken | None:
        if self.style is None:
            del self._buffer[: len(self._buffer) - len(self._buffer.lstrip())]
            if not self._buffer:
                return None
            self.style = "lines" if self._buffer[0] in b"{[" else "headers"
        return self._next_line() if self.style == "lines" else self._next_body()

    def _next_line(self) -> bytes | Broken | None:
        while True:
            line = self._take_line()
            if line is None:
                if len(self._buffer) <= self._limit:
                    return None
                self._buffer.clear()
                self._scanned = 0
                if self._dropping_line:
                    return None
                self._dropping_line = True
                return Broken(f"a message may have at most {self._limit:,} bytes")
            if self._dropping_line:
                self._dropping_line = False
            elif len(line) > self._limit:
                return Broken(f"a message may have at most {self._limit:,} bytes")
            elif line.strip():
                return line

    def _next_body(self) -> bytes | Broken | None:
        if self._drop:
            dropped = min(self._drop, len(self._buffer))
            del self._buffer[:dropped]
            self._drop -= dropped
            if self._drop:
                return None
        if self._lost and not self._find_length():
            return None
        if self._awaited < 0:
            broken = self._read_headers()
            if broken is not None or self._awaited < 0:
                return broken
        if len(self._buffer) < self._awaited:
            return None
        body = bytes(self._buffer[: self._awaited])
        del self._buffer[: self._awaited]
        self._awaited = -1
        self._seen = 0
        return body

    def _read_headers(self) -> Broken | None:
        """Read header lines as far as they have come; a body is awaited once they are complete."""
        while (at := self._buffer.find(b"\n", self._scanned)) >= 0:
            line = bytes(self._buffer[:at]).rstrip(b"\r")
            self._scanned = 0
            if line:
                self._seen += at + 1
                problem = self._read_header(line)
                if problem or self._seen > _HEADER_LIMIT:
                    # The next message's first header may be in this line, behind a stray body.
                    del self._buffer[:1]
                    return self._lose(problem or "headers are too long")
            del self._buffer[: at + 1]
            if not line and self._seen:
                return self._end_headers()
        self._scanned = len(self._buffer)
        if self._seen + self._scanned > _HEADER_LIMIT:
            return self._lose("headers are too long")
        return None

    def _end_headers(self) -> Broken | None:
        length, self._length = self._length, None
        if length is None:
            return self._lose("headers without Content-Length")
        if length > self._limit:
            self._drop = length
            self._seen = 0
            return Broken(f"a message of {length:,} bytes: at most {self._limit:,} are taken")
        self._awaited = length
        return None

    def _read_header(self, line: bytes) -> str:
        """Take one header line; returns what is wrong with it."""
        name, colon, value = line.partition(b":")
        if not colon or not name or not _TOKEN.issuperset(name):
            return f"not a header: {_shown(line)}"
        value = value.strip()
        match name.lower():
            case b"content-length":
                if not value.isdigit() or len(value) > 18 or int(value) > _ABSURD:
                    return f"not a length: {_shown(value)}"
                self._length = int(value)
            case b"authorization":
                self.authorization = value
            case _:
                pass
        return ""

    def _lose(self, reason: str) -> Broken:
        """Give up on these headers and look for the next ones."""
        self._lost = True
        self._length = None
        self._seen = self._scanned = 0
        return Broken(reason)

    def _find_length(self) -> bool:
        at = bytes(self._buffer).lower().find(_LENGTH)
        if at < 0:
            # Its beginning may be there already.
            del self._buffer[: max(0, len(self._buffer) - len(_LENGTH) + 1)]
            return False
        del self._buffer[:at]
        self._lost = False
        return True

    def _take_line(self) -> bytes | None:
        at = self._buffer.find(b"\n", self._scanned)
        if at < 0:
            self._scanned = len(self._buffer)
            return None
        line = bytes(self._buffer[:at])
        del self._buffer[: at + 1]
        self._scanned = 0
        return line


def frame(body: bytes, style: Style | None) -> bytes:
    """A message as it goes over the wire. Bodies for ``lines`` must not hold a line feed."""
    if style == "lines":
        return body + b"\n"
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def _shown(raw: bytes) -> str:
    text = raw[:40].decode("ascii", "backslashreplace")
    return repr(text + "…" if len(raw) > 40 else text)
