"""unittest.mock: objects that stand in for others in tests, by the way code inspects them."""

from __future__ import annotations

import re

from .. import facts_view
from ..inference import members
from ..inference.access_paths import last_name
from ..inference.entities import INFERRED
from ..inference.locate import resolve_dotted_name
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.entities import Found
    from ..inference.inference import Inference

# Functions that replace what their first arguments name: of mocks, and of pytest's `monkeypatch`.
_REPLACERS = frozenset(["patch", "object", "setattr", "patch_object"])

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

    def named_in_string(
        self, inference: Inference, path: str, call: int, expr: int, prefix: str
    ) -> list[Found]:
        """Return what ``patch("m.Ask.go")`` and ``patch.object(Ask, "go")`` replace."""
        facts = inference.need(path)
        passed = facts_view.positional_arguments(facts, call)
        if passed[:1] == [expr]:
            return [item.weaker(INFERRED) for item in resolve_dotted_name(inference, prefix)]
        if passed[1:2] == [expr]:
            return members.attribute_definitions(inference, path, passed[0], prefix)
        return []

    def replaced_members(self, facts: FileFacts) -> set[tuple[str, str]]:
        """Return (owner, name) of what a file puts something else in place of.

        ``patch("m.Ask.__init__")``, ``patch.object(Ask, "__init__")``, ``Ask.__init__ = …``
        """
        table = facts.attribute_binding
        found = {
            (last_name(facts, receiver), facts.names[name])
            for receiver, name, owner in zip(table.receiver, table.name, table.owner, strict=True)
            if owner < 0
        }
        for call in facts_view.calls(facts):
            if last_name(facts, call.function) not in _REPLACERS:
                continue
            passed = facts_view.positional_arguments(facts, call.row)[:2]
            texts = [facts_view.string(facts, each) for each in passed]
            if texts and texts[0]:
                owner, _, name = texts[0].rpartition(".")
                found.add((owner.rpartition(".")[2], name))
            elif len(texts) == 2 and texts[1]:
                found.add((last_name(facts, passed[0]), texts[1]))
        return found


PLUGIN = Mock()
