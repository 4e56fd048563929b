"""argparse: the attributes of what ``parse_args`` returns, which parsers declare."""

from __future__ import annotations

from .. import facts as f
from ..facts_view import Argument, arguments, calls, op, string
from ..inference.access_paths import last_name
from ..inference.standard_types import is_standard_class
from ..inference.types import INSTANCE
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Value

# Functions that declare attributes, or create parsers.
_DECLARING = frozenset(
    ["add_argument", "set_defaults", "Namespace", "ArgumentParser", "add_subparsers", "add_parser"]
)
_CREATING = frozenset(["ArgumentParser", "add_subparsers", "add_parser"])


class Argparse(Plugin):
    """The module ``argparse``."""

    __slots__ = ()

    def is_filled(self, inference: Inference, value: Value) -> bool:
        """True for a namespace of parsed arguments."""
        return _is_instance(inference, value, "Namespace")

    def declared_attributes(self, inference: Inference, path: str) -> set[str]:
        """Return the names that parsers of the workspace declare; none if some are unknown."""
        found: set[str] = set()
        is_passed = _is_passed_on(inference, path)
        for each in {
            *inference.files_with("add_argument"), *inference.files_with("set_defaults"), path,
        }:  # fmt: skip
            facts = inference.facts(each)
            names = _declared_in(facts) if facts is not None else set[str]()
            if names is None and (each == path or is_passed):
                return set()
            found |= names or set()
        return set() if is_passed is None else found


def _is_instance(inference: Inference, value: Value, cls: str) -> bool:
    return value.form == INSTANCE and is_standard_class(inference, value.entity, "argparse", cls)


def _is_passed_on(inference: Inference, path: str) -> bool | None:
    """True if a parser is passed to functions, which may add to it; None if to unknown ones."""
    facts = inference.need(path)
    passed = False
    for call in calls(facts):
        if not any(
            not each.is_unpacked and _is_parser(inference, path, facts, each.value)
            for each in arguments(facts, call.row)
        ):
            continue
        passed = True
        found = inference.definitions_of(path, call.function)
        if not found or any(item.entity.is_outside for item in found):
            return None
    return passed


def _is_parser(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    return op(facts, expr) == f.NAME and any(
        _is_instance(inference, value, "ArgumentParser")
        for value in inference.infer_type(path, expr)
    )


def _declared_in(facts: FileFacts) -> set[str] | None:
    """Return the names that a file declares; None if some are computed, or of other parsers."""
    found: set[str] = set()
    for call in calls(facts):
        name = last_name(facts, call.function)
        names = _declared_by(facts, name, call.row) if name in _DECLARING else set[str]()
        if names is None:
            return None
        found |= names
    return found


def _declared_by(facts: FileFacts, name: str, call: int) -> set[str] | None:
    """Return the names that a call of a function declares; None if they are not spelled there."""
    listed = list(arguments(facts, call))
    keywords = {facts.names[each.key]: each.value for each in listed if each.is_keyword}
    has_mapping = any(each.is_unpacked and not _is_star(each) for each in listed)
    if name in ("set_defaults", "Namespace"):
        return None if has_mapping else {*keywords}
    if name in _CREATING and ("parents" in keywords or has_mapping):
        return None
    if "dest" in keywords:
        values = [keywords["dest"]]
    elif name == "add_argument":
        values = [each.value for each in listed if each.is_positional]
    else:
        return set()
    texts = [string(facts, value) for value in values]
    spelled = [each for each in texts if each is not None]
    if not texts or len(spelled) < len(texts) or any(each.is_unpacked for each in listed):
        return None
    return {_dest(spelled)}


def _is_star(argument: Argument) -> bool:
    return argument.key == f.ARG_STAR


def _dest(strings: list[str]) -> str:
    """Return the attribute that argparse derives from an argument's names."""
    long = [each for each in strings if each.startswith("--")]
    chosen = (long or strings)[0]
    return chosen.lstrip("-").replace("-", "_") if chosen.startswith("-") else chosen


PLUGIN = Argparse()
