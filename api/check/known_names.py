"""Names that a code base, or what it depends on, uses anywhere."""

from __future__ import annotations

import re
from functools import partial

from ...indexer import facts as f
from ...indexer.inference.query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...indexer.inference.inference import Inference
    from .context import CheckContext

# Bytes of dependencies that are searched for a name before it is taken for known.
_SEARCHED = 60_000_000
_BINDING_ROLES = (
    f.WRITTEN, f.DEFINED, f.PARAMETER_ROLE, f.KEYWORD, f.IMPORTED, f.EXPORTED,
)  # fmt: skip


def is_known_word(context: CheckContext, name: str) -> bool:
    """True if anything but places like this one has a name.

    In the workspace something has to bind it; in dependencies and the standard library it is enough
    that it occurs anywhere.
    """
    inference = context.strict
    if name.startswith("__") and name.endswith("__"):
        return True
    key = ("known word", name, context.path)
    return cached(
        inference,
        key,
        lambda: _is_bound(inference, name) or any(files_outside_with(inference, name)),
        True,
    )


def _is_bound(inference: Inference, name: str) -> bool:
    for path in inference.files_with(name):
        facts = inference.facts(path)
        if facts is not None and (
            name in facts.strings
            or any(role & f.ROLE_MASK in _BINDING_ROLES for role, _, _ in facts.occurrences(name))
        ):
            return True
    return False


def files_outside_with(inference: Inference, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield (path, text) of files of dependencies and standard library stubs that have a word.

    If there is too much to search, the last path is empty.
    """
    word = name.encode("utf-8", "surrogatepass")
    pattern = re.compile(rb"(?<![\w])" + re.escape(word) + rb"(?![\w])")
    left = _SEARCHED
    for path in _outside(inference):
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        left -= len(text)
        if left < 0:
            yield "", b""
            return
        if word in text and pattern.search(text):
            yield path, text


def _outside(inference: Inference) -> Iterator[str]:
    """Yield files of the standard library's stubs and of the packages that are imported."""
    layers = inference.snapshot.index.layers
    inference.snapshot.rest_on_environment()
    if layers.stdlib:
        yield from layers.listed(layers.stdlib)
    for name, path in layers.top_levels():
        if cached(inference, ("is imported", name), partial(_is_imported, inference, name), False):
            yield from layers.listed(path)


def _is_imported(inference: Inference, package: str) -> bool:
    """True if a file of the workspace imports a package or module by its first name."""
    for path in inference.files_with(package):
        facts = inference.facts(path)
        if facts is not None and any(
            facts.names[row].partition(".")[0] == package for row in set(facts.imports.module)
        ):
            return True
    return False
