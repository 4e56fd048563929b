"""Vectors of a workspace's definitions: made once for each content, kept up with the files.

What is embedded of a definition is what the full-text index has of it: the words of its name and of
what it is in, its summary, and the beginnings of its documentation and of its code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from importlib import import_module
from typing import Any

from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.store.vector_store import VectorStore
from .model import EmbeddingModel, ModelError, open_model

_DOCUMENTATION, _CODE = 200, 200  # characters that count
_AT_ONCE = 300  # definitions that a question may embed: an edit brings a few
_TABLES = 4
_STEP = 256

FileKey = tuple[int, bytes]
Progress = Callable[[int, int], None]
"""Called with how many texts are embedded, and how many there are."""


class VectorTable:
    """All vectors of one workspace in memory, as rows of one array."""

    def __init__(self, folder: str, model: EmbeddingModel) -> None:
        """Open what is kept of them; raises OSError."""
        self._np: Any = import_module("numpy")  # of the extra
        self.model = model
        self._store = VectorStore(folder, model.key)
        self._of_file: dict[FileKey, list[tuple[int, bytes]]] = {}
        self._rows: dict[bytes, int] = {}
        self._array: Any = None
        self._used = 0
        self._ids: list[int] = []
        self._places: Any = None
        self._of: object = None
        self.missing = 0
        """Definitions that have no vector yet."""

    def update(
        self,
        inference: Inference,
        most: int = _AT_ONCE,
        progress: Progress | None = None,
    ) -> None:
        """Bring the table up to the files of a view; no more than ``most`` texts are embedded."""
        view = inference.snapshot.view
        store = inference.snapshot.index.reader()
        if store is None or (self._of is view and not (self.missing and most > _AT_ONCE)):
            return
        files = {
            (row[0], row[3]): path for path, row in view.files.items() if not is_test_file(path)
        }
        texts: dict[bytes, str] = {}
        new = [key for key in files if key not in self._of_file]
        by_file = {key[0]: key for key in new}
        for key in new:
            self._of_file[key] = []
        for file, row, *columns in store.definition_search().of_files([key[0] for key in new]):
            text = embedded_text(columns)
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            self._of_file[by_file[file]].append((row, digest))
            texts[digest] = text
        for key in [key for key in self._of_file if key not in files]:
            del self._of_file[key]
        wanted = {digest for rows in self._of_file.values() for _, digest in rows}
        lacking = [digest for digest in wanted if digest not in self._rows]
        for digest, data in self._store.get(lacking).items():
            self._add(digest, self._np.frombuffer(data, self._np.float16))
        lacking = [digest for digest in lacking if digest not in self._rows]
        if lacking and len(lacking) <= most:
            self._embed(lacking, texts or self._texts_again(inference, lacking), progress)
            lacking = [digest for digest in lacking if digest not in self._rows]
        self.missing = len(lacking)
        self._arrange()
        self._of = view

    def _texts_again(self, inference: Inference, lacking: Iterable[bytes]) -> dict[bytes, str]:
        """Return the texts of definitions that an earlier question has left without vectors."""
        store = inference.snapshot.index.reader()
        wanted, found = set(lacking), dict[bytes, str]()
        files = [key[0] for key in self._of_file]
        for _, _, *columns in store.definition_search().of_files(files) if store else ():
            text = embedded_text(columns)
            digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            if digest in wanted:
                found[digest] = text
        return found

    def _embed(
        self, digests: list[bytes], texts: dict[bytes, str], progress: Progress | None
    ) -> None:
        digests = [digest for digest in digests if digest in texts]
        for start in range(0, len(digests), _STEP):
            chosen = digests[start : start + _STEP]
            vectors = self.model.embed([texts[digest] for digest in chosen])
            vectors = vectors.astype(self._np.float16)
            for digest, vector in zip(chosen, vectors, strict=True):
                self._add(digest, vector)
            self._store.put(
                (digest, vector.tobytes()) for digest, vector in zip(chosen, vectors, strict=True)
            )
            if progress is not None:
                progress(start + len(chosen), len(digests))

    def _add(self, digest: bytes, vector: Any) -> None:
        np = self._np
        if self._array is None:
            self._array = np.zeros((1024, len(vector)), np.float32)
        if len(vector) != self._array.shape[1]:
            return
        if self._used == len(self._array):
            self._array = np.concatenate([self._array, np.zeros_like(self._array)])
        self._array[self._used] = vector
        self._rows[digest] = self._used
        self._used += 1

    def _arrange(self) -> None:
        """Set the ids of symbols that have vectors, and the rows of these."""
        pairs = [
            (row, self._rows[digest])
            for rows in self._of_file.values()
            for row, digest in rows
            if digest in self._rows
        ]
        self._ids = [row for row, _ in pairs]
        self._places = self._np.array([place for _, place in pairs], self._np.int64)

    @property
    def count(self) -> int:
        """The number of definitions that have a vector."""
        return len(self._ids)

    def likeness(self, text: str) -> dict[int, float]:
        """Return how like a text the meaning of each definition is, by the id of its symbol."""
        if not self._ids:
            return {}
        question = self.model.embed([text])[0]
        values = (self._array[: self._used] @ question)[self._places]
        return dict(zip(self._ids, values.tolist(), strict=True))

    def forget_others(self) -> None:
        """Forget what is kept of definitions that are gone."""
        self._store.keep_only({digest for rows in self._of_file.values() for _, digest in rows})


def embedded_text(columns: list[str]) -> str:
    """Return what is embedded of a definition, of its words column by column."""
    name, place, summary, documentation, code = columns
    return f"{name} {place}. {summary} {documentation[:_DOCUMENTATION]} {code[:_CODE]}"


_tables: dict[str, VectorTable] = {}


def vector_table(inference: Inference) -> VectorTable | None:
    """Return the vectors of a workspace, up to date; None without a model."""
    try:
        model = open_model()
        if model is None:
            return None
        table = table_of(inference, model)
        table.update(inference)
    except (ModelError, OSError):
        return None
    return table


def table_of(inference: Inference, model: EmbeddingModel) -> VectorTable:
    """Return the table of a workspace, opened once; raises OSError."""
    folder = inference.snapshot.index.workspace.state_dir
    table = _tables.get(folder)
    if table is None or table.model is not model:
        if len(_tables) >= _TABLES:
            _tables.pop(next(iter(_tables)))
        table = _tables[folder] = VectorTable(folder, model)
    return table
