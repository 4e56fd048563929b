"""The distribution, with its version, that code outside of the workspace comes from."""

from __future__ import annotations

from ...indexer.paths import is_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference


def origin(inference: Inference, path: str) -> str:
    """``Python 3.12 standard library`` or ``requests 2.32.5``; empty for files of the workspace."""
    if not is_outside(path):
        return ""
    layers = inference.snapshot.index.layers
    if layers.layer(path) == "stdlib":
        major, minor = layers.version
        return f"Python {major}.{minor} standard library"
    found = layers.distribution(path)
    return str(found) if found is not None else ""
