"""Words: whether a name means anything in a code base, or in what it uses."""

from __future__ import annotations

from functools import partial

from ...indexer import facts as f
from ...indexer.inference.query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ...indexer.inference.inference import Inference
    from .context import CheckContext

# Bytes of a dependency's text that are searched for a word before it is taken for known.
_SEARCHED = 60_000_000


def is_known_word(context: CheckContext, name: str) -> bool:
    """Whether anything but places like this one is called so.

    In the workspace something has to bind the name; in dependencies and the standard library it is
    enough that it is written anywhere.
    """
    inference = context.strict
    if name.startswith("__") and name.endswith("__"):
        return True
    key = ("known word", name, context.path)
    return cached(
        inference,
        key,
        lambda: _is_bound(inference, name) or _is_written_outside(inference, name),
        True,
    )


def _is_bound(inference: Inference, name: str) -> bool:
    for path in inference.files_with(name):
        facts = inference.facts(path)
        if facts is None:
            continue
        for role, _, _ in facts.occurrences(name):
            if role & f.ROLE_MASK in (
                f.WRITTEN, f.DEFINED, f.PARAMETER_ROLE, f.KEYWORD, f.IMPORTED, f.EXPORTED,
            ):  # fmt: skip
                return True
        if name in facts.strings:
            return True
    return False


def _is_written_outside(inference: Inference, name: str) -> bool:
    return any(True for _ in files_outside_with(inference, name))


def files_outside_with(inference: Inference, name: str) -> Iterator[str]:
    """Files of dependencies and of the standard library's stubs in whose text a word stands.

    When there is too much to look through, one with an empty path stands for the rest.
    """
    word = name.encode("utf-8", "surrogatepass")
    whole = re_compiled(word)
    left = _SEARCHED
    for path in _outside(inference):
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            continue
        left -= len(data)
        if left < 0:
            yield ""
            return
        if word in data and whole(data):
            yield path


def re_compiled(word: bytes) -> Callable[[bytes], object]:
    """A search for a word that is no part of a longer one."""
    import re

    return re.compile(rb"(?<![\w])" + re.escape(word) + rb"(?![\w])").search


def _outside(inference: Inference) -> Iterator[str]:
    """Files of the standard library's stubs, and of the packages that the workspace imports."""
    layers = inference.snapshot.index.layers
    inference.snapshot.rest_on_environment()
    if layers.stdlib:
        yield from layers.listed(layers.stdlib)
    for name, path in layers.top_levels():
        if cached(inference, ("is imported", name), partial(_is_imported, inference, name), False):
            yield from layers.listed(path)


def _is_imported(inference: Inference, package: str) -> bool:
    """Whether a file of the workspace imports a package or module by its first name."""
    for path in inference.files_with(package):
        facts = inference.facts(path)
        if facts is not None and any(
            facts.names[row].partition(".")[0] == package for row in set(facts.imports.module)
        ):
            return True
    return False
