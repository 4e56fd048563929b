"""Bytes on disk to the text that facts speak of, and positions between the two worlds.

Every position inside the index is a byte offset into *normalized* text: UTF-8, without a byte
order mark, lone carriage returns turned into line feeds (same length, and what Python itself
does). Only this module converts between those offsets and the (line, UTF-16 character) pairs of
the language server protocol.
"""

from __future__ import annotations

import errno
import os
import stat

DEFAULT_SIZE_LIMIT = 5_000_000
_BOM = b"\xef\xbb\xbf"


class UnreadableError(Exception):
    """A file that cannot become text. The message is the reason, without the path."""


def read(path: str, size_limit: int = DEFAULT_SIZE_LIMIT) -> bytes:
    """Raw bytes of a regular file; raises :class:`UnreadableError` with the reason otherwise.

    Opening never blocks: a FIFO or device that got the name of a source file is refused. So is a
    source file that is a link to what is none: a repository may name the user's secrets so.
    """
    try:
        descriptor = _open(path)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("not a regular file")
        if status.st_size > size_limit:
            raise UnreadableError(f"larger than the limit of {size_limit} bytes")
        parts: list[bytes] = []
        left = size_limit + 1
        while left > 0 and (part := os.read(descriptor, min(left, 1 << 20))):
            parts.append(part)
            left -= len(part)
        if left <= 0:
            raise UnreadableError(f"larger than the limit of {size_limit} bytes")
        return b"".join(parts)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error)) from error
    finally:
        os.close(descriptor)


_FLAGS: int = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK: int = getattr(os, "O_NOFOLLOW", 0)
_SOURCES = (".py", ".pyi")


def _open(path: str) -> int:
    if not path.endswith(_SOURCES):
        return os.open(path, _FLAGS)
    try:
        return os.open(path, _FLAGS | _NO_LINK)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
    if not os.path.realpath(path).endswith(_SOURCES):
        raise UnreadableError("it is a link to what is no Python source")
    return os.open(path, _FLAGS)


def normalize(raw: bytes) -> bytes:
    """The UTF-8 text of a source file.

    Follows PEP 263: a byte order mark or a coding comment in the first two lines decides. Bytes
    that the encoding does not know become U+FFFD, so that everything around them still counts.
    """
    if raw.startswith(_BOM):
        raw = raw[3:]
    elif raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", "replace").encode()
    elif b"coding" in (head := raw[:400]) and (encoding := _declared(head)):
        raw = _decoded(raw, encoding)
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError:
            raw = raw.decode("utf-8", "replace").encode()
    if b"\r" in raw and (raw.count(b"\r") != raw.count(b"\r\n")):
        import re

        raw = re.sub(rb"\r(?!\n)", b"\n", raw)
    return raw


def denormalize(raw: bytes, text: bytes) -> bytes:
    """Bytes of a file whose normalized text has become another, written as the file was.

    Byte order mark, encoding and line endings are those of ``raw``, the bytes that it has. Raises
    UnicodeEncodeError when the encoding cannot express the new text.
    """
    if b"\r" in raw and b"\n" not in raw:
        text = text.replace(b"\n", b"\r")
    if raw.startswith(_BOM):
        return _BOM + text
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        order = "utf-16-le" if raw.startswith(b"\xff\xfe") else "utf-16-be"
        return ("\ufeff" + text.decode()).encode(order)
    if b"coding" in (head := raw[:400]) and (encoding := _declared(head)):
        try:
            return text.decode().encode(encoding)
        except LookupError:
            return text
    return text


def _decoded(raw: bytes, encoding: str) -> bytes:
    try:
        return raw.decode(encoding, "replace").encode()
    except (LookupError, UnicodeError):  # a codec that is not for text, or gives none
        return raw


# Encodings that ask for nothing, and those of domain names, which take quadratic time to decode.
_NOT_FOR_SOURCE = frozenset(["utf-8", "ascii", "punycode", "idna"])


def _declared(head: bytes) -> str | None:
    """The encoding that a coding comment names, unless it is UTF-8 or unknown to Python."""
    import codecs
    import re

    for line in head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:2]:
        found = re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line)
        if found:
            spelled = re.sub(r"(?<=.)-(unix|dos|mac)$", "", found[1].decode("ascii"))
            try:
                name = codecs.lookup(spelled).name
            except LookupError:
                return None
            return None if name in _NOT_FOR_SOURCE else name
        if line.strip() and not line.lstrip().startswith(b"#"):
            return None
    return None


def utf16_length(text: bytes) -> int:
    """UTF-16 code units that a stretch of UTF-8 takes."""
    if text.isascii():
        return len(text)
    decoded = text.decode("utf-8", "replace")
    return len(decoded) + sum(character > "\uffff" for character in decoded)


def utf16_to_offset(line: bytes, character: int) -> int:
    """Byte offset within a line for a UTF-16 character; past the end means the line's end."""
    if line.isascii():
        return min(character, len(line))
    units = 0
    for index, symbol in enumerate(text := line.decode("utf-8", "replace")):
        if units >= character:
            return len(text[:index].encode())
        units += 2 if symbol > "\uffff" else 1
    return len(line)


def split_lines(text: bytes) -> list[bytes]:
    """Lines with their line breaks, broken where Python breaks them: at ``\\n`` only."""
    lines = text.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
