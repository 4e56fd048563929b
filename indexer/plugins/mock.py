"""unittest.mock: objects that stand in for others in tests, by the way code inspects them."""

from __future__ import annotations

import re

from .plugin import Plugin

# One of these stands in every file that uses mocks.
_WORDS = (b"assert_called", b"mock", b"called")
# Follows the name of a mock where it is inspected or set up.
_MEMBERS = (
    rb"(\.\w+)*\.(assert_(not_)?(any_)?(called|awaited)\w*|assert_has_(calls|awaits)|called\b|"
    rb"call_count|call_args\w*|mock_calls|method_calls|return_value|side_effect|await_count)"
)


class Mock(Plugin):
    """The module ``unittest.mock``, and the package that it came from."""

    __slots__ = ()

    def is_used_as_double(self, text: bytes, start: int, end: int, name: str) -> bool:
        """True if code inspects the calls of what has a name, or sets up what they return."""
        if not any(word in text for word in _WORDS):
            return False
        pattern = rb"(?<![\w.])" + re.escape(name.encode()) + _MEMBERS
        return re.search(pattern, text[start:end]) is not None


PLUGIN = Mock()
