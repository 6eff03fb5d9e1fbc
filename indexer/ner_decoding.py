"""spaCy's entity decisions, taken for all tokens of a batch at once.

spaCy decides token by token, in a loop that is most of the model's time. But what it looks at outside of a name is
the token alone: those decisions are one matrix product, and only inside names (a token in ten) one follows another.
The answers are the same; `tests/unit/test_ner.py` compares them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from spacy.pipeline import EntityRecognizer
    from spacy.tokens import Doc

__all__ = ["Entity", "EntityDecoder"]

Floats = NDArray[np.float32]


class Entity(NamedTuple):
    """Tokens from `first` up to but not including `end`."""

    first: int
    end: int
    label: str


class EntityDecoder:
    """Reads the weights of a trained entity recogniser of three features (spaCy's `TransitionBasedParser.v2`).

    The features are the present token, the first token of the open name, and the last one before the present token;
    outside of a name padding stands for the latter two.
    """

    def __init__(self, recogniser: EntityRecognizer) -> None:
        model = recogniser.model
        self._vectors = model.get_ref("tok2vec")
        lower, upper = model.get_ref("lower"), model.get_ref("upper")
        weights: Floats = lower.get_param("W")
        features, self._width, self._pieces, inputs = weights.shape
        if features != 3:
            raise ValueError(f"a decoder of three features can't read a model of {features}")
        self._lower = np.ascontiguousarray(weights.reshape(-1, inputs).T)
        self._bias: Floats = lower.get_param("b")
        padding = lower.get_param("pad")[0]
        self._outside_bias = padding[1] + padding[2] + self._bias
        rows, bias = upper.get_param("W"), upper.get_param("b")
        moves = recogniser.moves  # `move_names` leaves one out
        actions = [moves.get_class_name(i).partition("-") for i in range(moves.n_moves)]
        # Outside of a name: nothing first, then names of one token, then the first tokens of longer ones.
        units = [i for i, (move, _, label) in enumerate(actions) if move == "U" and label]
        begins = [i for i, (move, _, label) in enumerate(actions) if move == "B" and label]
        (nothing,) = (i for i, (move, _, _) in enumerate(actions) if move == "O")
        outside = [nothing, *units, *begins]
        self._outside = np.ascontiguousarray(rows[outside].T), bias[outside]
        self._first_begin = 1 + len(units)
        self._labels = [actions[i][2] for i in outside]
        # Inside: what speaks for going on rather than for ending here, by label.
        of = {(move, label): i for i, (move, _, label) in enumerate(actions)}
        self._going_on = {
            label: (rows[of["I", label]] - rows[of["L", label]], float(bias[of["I", label]] - bias[of["L", label]]))
            for label in set(self._labels[1:])
        }

    def read(self, docs: Sequence[Doc]) -> list[list[Entity]]:
        """The names in each text, in order."""
        if not any(map(len, docs)):
            return [[] for _ in docs]
        tokens = self._vectors.predict(docs) @ self._lower
        parts: Floats = tokens.reshape(-1, 3, self._width, self._pieces)
        scores = _highest(parts[:, 0] + self._outside_bias) @ self._outside[0] + self._outside[1]
        ends = np.cumsum([len(doc) for doc in docs])
        spaces = np.concatenate([doc.to_array("IS_SPACE") for doc in docs]).astype(bool)
        scores[spaces, 1:] = -np.inf
        scores[ends[ends > 0] - 1, self._first_begin :] = -np.inf  # a name of several tokens can't begin at the last
        choices = scores.argmax(axis=1)
        starts = (ends - [len(doc) for doc in docs]).tolist()
        return [
            list(self._walk(parts[start:end], choices[start:end]))
            for start, end in zip(starts, ends.tolist(), strict=True)
        ]

    def _walk(self, parts: Floats, choices: NDArray[np.int64]) -> Iterator[Entity]:
        free = 0
        for first in np.flatnonzero(choices).tolist():
            if first < free:
                continue
            choice = int(choices[first])
            label = self._labels[choice]
            free = first + 1
            if choice >= self._first_begin:
                while not self._ends(parts, first, free, label):
                    free += 1
                free += 1
            yield Entity(first, free, label)

    def _ends(self, parts: Floats, first: int, token: int, label: str) -> bool:
        """Whether a name that began with `first` ends with `token`."""
        if token == len(parts) - 1:
            return True
        hidden = _highest(parts[token, 0] + parts[first, 1] + parts[token - 1, 2] + self._bias)
        weights, bias = self._going_on[label]
        return float(hidden @ weights) + bias < 0


def _highest(pieces: Floats) -> Floats:
    """Maxout over the last axis; numpy's own `max` is slow on so short a one."""
    highest: Floats = pieces[..., 0]
    for piece in range(1, pieces.shape[-1]):
        highest = np.maximum(highest, pieces[..., piece])
    return highest
