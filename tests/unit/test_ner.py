"""The entity decoder decides as spaCy does."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ModelError
from dateline.sample import sample_path
from indexer.ner import LABELS, NameModel, Span
from indexer.ner_model import UNUSED, model_path
from indexer.readers import Reading, Record

try:
    import spacy

    MODEL = model_path()
except (ImportError, ModelError):
    pytest.skip("needs the NER model: run `make install`", allow_module_level=True)

SPACY, MODEL_READER = cache(lambda: spacy.load(MODEL, exclude=UNUSED)), NameModel()
WORDS = (
    "Vladimir Putin met Storm Shadow in Kursk , Russia on Monday the of New York Times's 3 . \u00a0 \n \n\n   é 北京 -"
).split(" ")


def as_spacy_reads(text: str) -> list[Span]:
    found = SPACY()(text).ents
    return [Span(e.start_char, e.end_char, e.label_) for e in found if e.label_ in LABELS]


def test_it_finds_the_names_that_spacy_finds_in_news() -> None:
    texts = [r.article.body for r in Reading([str(sample_path())]) if isinstance(r, Record)]
    expected = [as_spacy_reads(text) for text in texts]
    assert sum(map(len, expected)) > 500
    assert MODEL_READER.read(texts) == expected


@given(st.lists(st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=12).map(" ".join), max_size=3))
@settings(max_examples=40)
def test_it_finds_what_spacy_finds_in_any_text(texts: list[str]) -> None:
    assert MODEL_READER.read(texts) == [as_spacy_reads(text) for text in texts]


def test_offsets_reach_beyond_the_first_stretch_of_a_long_text() -> None:
    text = "Nothing happened here.\n" * 300 + "Vladimir Putin came."
    (spans,) = MODEL_READER.read([text])
    assert [(text[s.start : s.end], s.label) for s in spans][-1] == ("Vladimir Putin", "PERSON")


def test_loading_it_leaves_torch_alone() -> None:
    """Whoever has it installed for another encoder would wait for it at every run."""
    script = "import sys; from indexer.ner_model import load_model; load_model(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
