"""Make the vectors of a whole workspace, with the model of the user's settings."""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer.errors import InvalidArgumentsError
from ...indexer.user_settings import semantic_model, settings_path
from ..open_workspace import OpenWorkspace
from .model import ModelError, download, open_model
from .vectors import Progress, table_of

_ALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Embedded:
    """How many definitions have a vector, and how many of these are new."""

    definitions: int
    new: int


def embed_all(workspace: OpenWorkspace, progress: Progress | None = None) -> Embedded:
    """Embed what has no vector yet; the model is downloaded if it is not here.

    Raises InvalidArgumentsError if the settings name none, ModelError if it cannot be used.
    """
    named = semantic_model()
    if not named:
        raise InvalidArgumentsError(
            f"name a model first: semantic-model in {settings_path()}, or "
            "FLUX_INDEX_SEMANTIC_MODEL; a folder, or such as sentence-transformers/all-MiniLM-L6-v2"
        )
    download(named)
    model = open_model()
    if model is None:
        raise ModelError(f"{named} has no model")
    inference = workspace.inference(whole=True)
    new = 0

    def counted(done: int, total: int) -> None:
        nonlocal new
        new = done
        if progress is not None:
            progress(done, total)

    try:
        table = table_of(inference, model)
        table.update(inference, _ALL, counted)
        table.forget_others()
    except OSError as error:
        raise ModelError(f"vectors cannot be kept: {error}") from error
    return Embedded(table.count, new)
