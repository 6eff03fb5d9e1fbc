"""Any Sentence Transformers model, on CPU or GPU: installed by the extra `transformers`."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive.errors import ModelError

__all__ = ["SentenceTransformers"]


class SentenceTransformers:
    """A model by its name or folder; nothing is downloaded that isn't on this machine already."""

    def __init__(self, model: str) -> None:
        """Raises ModelError where the extra or the model is missing."""
        if importlib.util.find_spec("sentence_transformers") is None:
            raise ModelError(f"The model {model!r} needs the extra: run `pip install 'dateline[transformers]'`.")
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model, local_files_only=True)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"The model {model!r} can't be loaded from this machine, and nothing is downloaded: name a folder with "
                "a Sentence Transformers model, or one that is in the cache of Hugging Face here."
            ) from error
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.name = f"{Path(model).name}/sentence-transformers/{self._fingerprint()}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, np.float32).reshape(len(texts), self.dimensions)

    def _fingerprint(self) -> str:
        digest = hashlib.sha256()
        for name, tensor in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(tensor.detach().cpu().numpy().tobytes())
        return digest.hexdigest()[:16]
