"""An embedding model: text to a vector, on onnxruntime.

A model is a folder as sentence-transformers' repositories are: `tokenizer.json`, a graph of ONNX
(`model.onnx`, quantized ones first, there or in `onnx/`) and `1_Pooling/config.json`. It is named
by the user's setting `semantic-model`, as a folder by its whole path or as a repository that is
downloaded once, by `flux-index index --semantic` and by nothing else. What a repository says is
never asked.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from typing import Any

from ...indexer.errors import FluxIndexError
from ...indexer.private_files import make_folder
from ...indexer.text import UnreadableError, read
from ...indexer.user_settings import semantic_model
from ...indexer.workspace import user_cache_dir

MISSING = "meaning needs an extra: pip install 'flux-index[semantic]'"
_GRAPHS = (
    "model_quantized.onnx", "model_qint8.onnx", "model_int8.onnx", "model_qint8_avx512_vnni.onnx",
    "model_qint8_avx512.onnx", "model_quint8_avx2.onnx", "model_qint8_arm64.onnx",
    "model_O3.onnx", "model_O2.onnx", "model.onnx",
)  # fmt: skip
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_TOKENS = 32  # of a text: what follows says little more, and takes as long
_BATCH = 32
_LARGEST = 20_000_000


class ModelError(FluxIndexError):
    """There is no model, or it cannot be used; the message says what to do."""


class EmbeddingModel:
    """A model that is loaded."""

    def __init__(self, folder: str) -> None:
        """Load it; raises ModelError."""
        try:
            # An extra, without types.
            np: Any = import_module("numpy")
            onnxruntime: Any = import_module("onnxruntime")
            tokenizers: Any = import_module("tokenizers")
        except ModuleNotFoundError as error:
            raise ModelError(MISSING) from error
        graph = _graph_of(folder)
        if graph is None:
            raise ModelError(f"{folder} has no model: tokenizer.json and model.onnx are needed")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._np: Any = np
        try:
            self._session: Any = onnxruntime.InferenceSession(graph, options)
            self._tokenizer: Any = tokenizers.Tokenizer.from_file(
                os.path.join(folder, "tokenizer.json")
            )
            self._tokenizer.enable_truncation(_TOKENS)
            self._tokenizer.no_padding()
        except Exception as error:  # what libraries raise for files that are no models
            raise ModelError(f"the model in {folder} cannot be used: {error}") from error
        self._inputs: set[str] = {each.name for each in self._session.get_inputs()}
        self._is_first = _pools_first(folder)
        self.key = _key_of(graph)
        """What tells its vectors from those of others."""

    def embed(self, texts: Sequence[str]) -> Any:
        """Return a vector of length 1 for each text, as rows of an array."""
        np = self._np
        encoded = [each.ids for each in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(encoded)), key=lambda at: len(encoded[at]))
        found: Any = None
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            width = max(len(encoded[at]) for at in chosen)
            ids = np.zeros((len(chosen), width), np.int64)
            mask = np.zeros_like(ids)
            for row, at in enumerate(chosen):
                ids[row, : len(encoded[at])] = encoded[at]
                mask[row, : len(encoded[at])] = 1
            given = {
                "input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids),
            }  # fmt: skip
            given = {name: each for name, each in given.items() if name in self._inputs}
            states = self._session.run(None, given)[0]
            if self._is_first:
                vectors = states[:, 0]
            else:
                weights = mask[:, :, None].astype(np.float32)
                vectors = (states * weights).sum(1) / weights.sum(1)
            vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
            if found is None:
                found = np.zeros((len(texts), vectors.shape[1]), np.float32)
            found[chosen] = vectors
        return found


def open_model() -> EmbeddingModel | None:
    """Return the model of the user's settings, None if they name none or it is not here yet.

    Raises ModelError for one that cannot be used.
    """
    named = semantic_model()
    folder = model_folder(named) if named else None
    return _loaded(folder) if folder is not None else None


@lru_cache(2)
def _loaded(folder: str) -> EmbeddingModel:
    return EmbeddingModel(folder)


def model_folder(named: str) -> str | None:
    """Return the folder of a model, None for one that has not been downloaded.

    A relative path is a repository's name: a folder that lies where a command is called may be
    anybody's.
    """
    folder = os.path.expanduser(named)
    if not os.path.isabs(folder):
        folder = _downloaded(named)
    return folder if _graph_of(folder) is not None else None


def download(named: str) -> str:
    """Return the folder of a model, fetched from its repository if it is not here.

    Raises ModelError when it cannot be fetched.
    """
    folder = model_folder(named)
    if folder is not None:
        return folder
    if not _REPOSITORY.fullmatch(named) or os.path.isabs(os.path.expanduser(named)):
        raise ModelError(
            f"semantic-model: {named} is no folder of a model by its whole path, and no OWNER/NAME"
        )
    try:
        hub: Any = import_module("huggingface_hub")
    except ModuleNotFoundError as error:
        raise ModelError(MISSING) from error
    target = _downloaded(named)
    make_folder(os.path.dirname(target))
    wanted = ["tokenizer.json", "1_Pooling/config.json", "model.onnx", "onnx/model.onnx"]
    try:
        hub.snapshot_download(named, allow_patterns=wanted, local_dir=target)
    except Exception as error:  # network, hub and disk each raise their own
        raise ModelError(f"{named} cannot be downloaded: {error}") from error
    if _graph_of(target) is None:
        raise ModelError(f"{named} has no model.onnx")
    return target


def _downloaded(named: str) -> str:
    return os.path.join(user_cache_dir(), "models", named.replace("/", "--"))


def _graph_of(folder: str) -> str | None:
    if not os.path.isfile(os.path.join(folder, "tokenizer.json")):
        return None
    for name in _GRAPHS:
        for place in (name, os.path.join("onnx", name)):
            if os.path.isfile(path := os.path.join(folder, place)):
                return path
    return None


def _pools_first(folder: str) -> bool:
    """True if the first token stands for the text; the mean of all does otherwise."""
    try:
        settings = json.loads(read(os.path.join(folder, "1_Pooling", "config.json"), _LARGEST))
        return settings.get("pooling_mode_cls_token") is True
    except (UnreadableError, ValueError, AttributeError):
        return False


def _key_of(graph: str) -> str:
    status = os.stat(graph)
    said = f"{os.path.realpath(graph)} {status.st_size} {status.st_mtime_ns} {_TOKENS}"
    return sha256(said.encode()).hexdigest()[:32]
