"""Counts of tokens: never too small by much, and not far too large."""

from __future__ import annotations

import pytest

from flux_index.api.source.tokens import count_lines, count_tokens

CODE = '''\
class Cache(BaseProvider):
    """Answers asked before, kept for an hour."""

    def get_answer(self, prompt: str, *, max_tokens: int = 4_096) -> Answer | None:
        key = hashlib.sha256(prompt.encode("utf-8")).hexdigest()
        if (kept := self._kept.get(key)) is not None and not kept.is_expired():
            return kept.answer
        return None


HTTP_STATUS_CODES = {404: "Not Found", 500: "Internal Server Error"}
'''
PROSE = """\
Fixed a bug where ``QuerySet.update_or_create()`` did not respect the database router's decision
when the instance already existed. Thanks to everybody who reported it, and see the release
notes for more.
"""
TRACEBACK = """\
Traceback (most recent call last):
  File "/srv/app/lib/python3.11/site-packages/requests/sessions.py", line 703, in send
    r = adapter.send(request, **kwargs)
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='example.org', port=443)
"""
FOREIGN = "# Значение по умолчанию; 既定値です。 προεπιλεγμένη τιμή. ברירת המחדל\n"

MEASURED = [
    # as counted by npm's gpt-tokenizer 3 (o200k) and @anthropic-ai/tokenizer 0.0.4
    (CODE, 109, 118),
    (PROSE, 42, 44),
    (TRACEBACK, 61, 71),
    (FOREIGN, 28, 52),
]


@pytest.mark.parametrize(("text", "o200k", "claude"), MEASURED)
def test_counts_at_least_what_real_tokenizers_do(text: str, o200k: int, claude: int) -> None:
    real = max(o200k, claude)
    assert real <= count_tokens(text) <= 1.4 * real


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "x",
        "\r\n",
        "\x00\x1b[0m",
        "\ud800",
        "é" * 3,
        "a \u00a0 b",
        "\u3000 \u0085 \u2028 x",
        "\u00a0\t\n ",
    ],
)
def test_any_text_can_be_counted(text: str) -> None:
    assert count_tokens(text) >= (1 if text else 0)


@pytest.mark.parametrize("character", ["x", "X", "7", "-", "é", " ", "\n"])
def test_long_runs_are_not_free(character: str) -> None:
    assert count_tokens(character * 20_000) > 200


def test_lines_count_at_least_as_much_as_the_text_they_make() -> None:
    assert count_lines(CODE.splitlines()) >= count_tokens(CODE)


def test_counting_twice_gives_the_same() -> None:
    assert count_tokens(CODE + PROSE) == count_tokens(CODE + PROSE)
