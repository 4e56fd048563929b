"""Streams of bytes are cut into messages, however they arrive and whatever else is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_index.api.rpc.framing import Broken, Splitter, frame

GOOD = frame(b'{"good":1}', "headers")
BODY = b'{"good":1}'

HEADERS = {
    "two messages": (GOOD + frame(b"[]", "headers"), [BODY, b"[]"]),
    "line feeds alone": (b'content-length: 10\n\n{"good":1}', [BODY]),
    "other headers": (
        b"Content-Type: application/json; charset=utf-8\r\n" + GOOD,
        [BODY],
    ),
    "an empty body": (frame(b"", "headers") + GOOD, [b"", BODY]),
    "blank lines before": (b"\r\n\r\n" + GOOD, [BODY]),
    "a line that is no header": (b"garbage\n" + GOOD, ["not a header: 'garbage'", BODY]),
    "a web page's request": (
        b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n" + GOOD,
        ["not a header: 'POST / HTTP/1.1'", BODY],
    ),
    "a length that is none": (
        b"Content-Length: ten\r\n\r\n{}" + GOOD,
        ["not a length: 'ten'", BODY],
    ),
    "a negative length": (b"Content-Length: -2\r\n\r\n{}" + GOOD, ["not a length: '-2'", BODY]),
    "an absurd length": (
        b"Content-Length: 99999999999999999999\r\n\r\n{}" + GOOD,
        ["not a length: '99999999999999999999'", BODY],
    ),
    "no length": (b"Content-Type: text\r\n\r\n{}" + GOOD, ["headers without Content-Length", BODY]),
    "endless headers": (b"A" * 9000 + GOOD, ["headers are too long", BODY]),
    "too long a body": (
        frame(b"x" * 500, "headers") + GOOD,
        ["a message of 500 bytes: at most 100 are taken", BODY],
    ),
    "half a message": (GOOD[:-1], ["the stream ended in the middle of a message"]),
    "half a header": (b"Content-Le", ["the stream ended in the middle of a message"]),
    "nothing": (b"", []),
}
LINES = {
    "two messages": (b'{"good":1}\n[]\n', [BODY, b"[]"]),
    "blank lines": (b'\n{"good":1}\r\n\n[]\n', [b'{"good":1}\r', b"[]"]),
    "no last line feed": (b'[]\n{"good":1}', [b"[]", BODY]),
    "too long a line": (
        b"{" + b"x" * 500 + b'\n{"good":1}\n',
        ["a message may have at most 100 bytes", BODY],
    ),
}


def split(data: bytes, step: int, limit: int = 100) -> tuple[list[object], str | None]:
    splitter = Splitter(limit)
    found: list[bytes | Broken] = []
    for start in range(0, len(data), step):
        found += splitter.feed(data[start : start + step])
    found += splitter.finish()
    return [item.reason if isinstance(item, Broken) else item for item in found], splitter.style


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", HEADERS)
def test_messages_with_headers(case: str, step: int) -> None:
    data, expected = HEADERS[case]
    found, style = split(data, step)
    assert found == expected
    assert style == ("headers" if data else None)


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", LINES)
def test_messages_on_lines(case: str, step: int) -> None:
    data, expected = LINES[case]
    found, style = split(data, step)
    assert [item.strip() if isinstance(item, bytes) else item for item in found] == [
        item.strip() if isinstance(item, bytes) else item for item in expected
    ]
    assert style == "lines"


def test_a_token_may_come_in_a_header() -> None:
    splitter = Splitter()
    assert splitter.feed(b"Authorization: Bearer secret\r\n" + GOOD) == [BODY]
    assert splitter.authorization == b"Bearer secret"


def test_an_answer_is_framed_as_it_was_asked() -> None:
    assert frame(b"{}", "headers") == b"Content-Length: 2\r\n\r\n{}"
    assert frame(b"{}", "lines") == b"{}\n"


@given(st.binary(max_size=300), st.integers(1, 50))
def test_no_bytes_are_too_strange(noise: bytes, step: int) -> None:
    """Whatever came before, the next message with headers is found, and memory stays bounded."""
    whole, style = split(noise + b"\n\n" + GOOD, step)
    if style == "headers" and b"content-length" not in noise.lower():
        assert whole[-1] == BODY
    assert split(noise, step)[0] == split(noise, 1)[0]


@given(st.lists(st.binary(max_size=90)), st.integers(1, 50))
def test_what_is_framed_is_found_again(bodies: list[bytes], step: int) -> None:
    data = b"".join(frame(body, "headers") for body in bodies)
    assert split(data, step)[0] == bodies
