"""What a reader sees: one commit of the archive, unchanging, shared by any number of threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import simsimd
from cachetools import LRUCache
from numpy.typing import NDArray
from tantivy import DocAddress, Index, Query, Schema, Searcher

from archive.article import Article, Stored
from archive.engine import IntervalName
from archive.engines.embedded.files import RECORD, Marker, damaged, map_bytes, read_array, term_key
from archive.engines.embedded.names import Names, whole_buckets
from archive.engines.embedded.schema import ARTICLE, MARKER, all_of
from archive.ranking import KEPT_FREQUENCIES, Collection

__all__ = ["Snapshot"]

Numbers = NDArray[np.int64]


class Snapshot:
    """One commit: the text index's searcher and the other files up to the lengths that it carries."""

    def __init__(
        self,
        folder: Path,
        index: Index,
        schema: Schema,
        names: Names,
        dimensions: int,
        previous: Snapshot | None = None,
    ) -> None:
        self.schema = schema
        self.names = names
        self._folder = folder
        with self._read_text():
            self.searcher: Searcher = index.searcher()
            self.marker = _marker(self.searcher, schema)
        marker = self.marker
        start = 0
        self.rows: NDArray[Any] = np.zeros(marker.next_number, RECORD)
        if previous is not None and previous.marker.records <= marker.records:
            start = previous.marker.records
            self.rows[: len(previous.rows)] = previous.rows
        records = read_array(folder / "records", RECORD, (marker.records,))[start:]
        _check_records(folder / "records", records, marker)
        self.rows[records["number"]] = records  # the last one of a number is its present version
        self.live: NDArray[np.bool_] = self.rows["live"].astype(bool)
        self.keys: NDArray[np.uint64] = self.rows["key"].astype(np.uint64)
        self._records_path = folder / "records"
        self._streams = map_bytes(folder / "streams", marker.streams)
        self._term_keys = np.asarray(read_array(folder / "term_keys", np.dtype("<u8"), (marker.terms,)))
        self._term_counts = np.asarray(read_array(folder / "term_counts", np.dtype("<u4"), (marker.terms,)))
        self.values: NDArray[np.uint32] = np.asarray(read_array(folder / "values", np.dtype("<u4"), (marker.values,)))
        self.codes: NDArray[np.int8] = np.asarray(
            read_array(folder / "passages", np.int8, (marker.passages, dimensions))
        )
        names.read(folder / "names", marker.names)
        if len(self.values) and int(self.values.max()) >= len(names.entries):
            raise damaged(f"{folder / 'values'} is damaged: it names values that {folder / 'names'} doesn't hold")
        alive = self.rows[self.live]
        count = len(alive)
        self.collection = Collection(
            articles=count,
            mean_length=int(alive["length"].sum(dtype=np.int64)) / count if count else 0.0,
            mean_pairs=int(alive["pairs"].sum(dtype=np.int64)) / count if count else 0.0,
        )
        with_passages = np.flatnonzero(self.live & (self.rows["passages"] > 0))
        first = self.rows["passage"][with_passages].astype(np.int64)
        last = first + self.rows["passages"][with_passages]
        self._embedded = with_passages
        self._bounds = np.stack([first, last], axis=1).ravel()
        self._buckets: dict[IntervalName, NDArray[np.int64]] = {}
        self._frequencies: dict[tuple[str, str], int] = {}
        self._stored: LRUCache[int, Stored] = LRUCache(STORED_CACHE)
        self._sets: LRUCache[str, Numbers] = LRUCache(
            4 * len(self.rows) + 10_000, getsizeof=lambda numbers: 1 + len(numbers)
        )
        self._lock = threading.Lock()

    # ---------------------------------------------------------------- sets of articles
    def everything(self) -> Numbers:
        """The numbers of all live articles."""
        return np.flatnonzero(self.live)

    def numbers(self, query: Query) -> Numbers:
        """The numbers of the articles that a query of the text index finds, in rising order."""
        query = all_of([Query.const_score_query(query, 0.0), self._articles()])
        with self._read_text():
            hits = self.searcher.search(query, max(1, len(self.rows)), False, order_by_field="number").hits
            found = np.fromiter((number for number, _ in hits), np.int64, len(hits))
        return found[::-1]

    def cached(self, name: str, find: Callable[[], Numbers]) -> Numbers:
        """The set of that name, found at most once in a while: pages and clicks ask for the same ones again."""
        with self._lock:
            known = self._sets.get(name)
        if known is None:
            known = find()
            known.setflags(write=False)
            with self._lock:
                self._sets[name] = known
        return known

    def frequency(self, field: str, term: str) -> int:
        """In how many live articles a term stands (`doc_freq` would count deleted ones)."""
        return self.how_many((field, term), lambda: Query.term_query(self.schema, field, term))

    def how_many(self, name: tuple[str, str], query: Callable[[], Query]) -> int:
        """How many live articles a query finds, remembered by its name."""
        frequencies = self._frequencies
        known = frequencies.get(name)
        if known is None:
            wanted = query()
            with self._read_text():  # the stubs of tantivy 0.27 leave out `count`
                known = int(self.searcher.search(wanted, 1).count)  # type: ignore[attr-defined]
            if len(frequencies) > KEPT_FREQUENCIES:
                frequencies = self._frequencies = {}
            frequencies[name] = known
        return known

    def occurrences(self, numbers: Numbers, phrase: Sequence[str]) -> NDArray[np.int64]:
        """How often a phrase of stems stands in each article."""
        held = self.term_counts(numbers, list(dict.fromkeys(phrase)))
        if len(phrase) == 1:
            return held[:, 0]
        counts = np.zeros(len(numbers), np.int64)
        for i in np.flatnonzero(held.all(axis=1)).tolist():
            counts[i] = _occurrences(self.stems(int(numbers[i])).decode(), phrase)
        return counts

    def proposals(self, query: Query, limit: int) -> tuple[Numbers, NDArray[np.float64]]:
        """The best by the text index's own score: their numbers, and their scores in the scale of `word_parts`."""
        with self._read_text():
            hits = self.searcher.search(query, limit, False).hits
            numbers = np.array(self.searcher.fast_field_values("number", [a for _, a in hits]), np.int64)
        return numbers, np.array([score for score, _ in hits]) / NUMERATOR

    def indexed(self) -> Numbers:
        """The numbers of all articles that the text index holds."""
        return self.numbers(self._articles())

    # ---------------------------------------------------------------- of one article
    def stems(self, number: int) -> bytes:
        """The stems of the title, then those of the body, as `files.stream_bytes` lays them out."""
        row = self.rows[number]
        start = int(row["stream"])
        return self._streams[start : start + int(row["stems_size"])]

    def term_counts(self, numbers: Numbers, terms: Sequence[str]) -> NDArray[np.int64]:
        """(numbers, terms): how often each stem or pair (`a_b`) stands in each article."""
        wanted = np.array([term_key(t) for t in terms], np.uint64)
        if not len(self._term_keys):
            return np.zeros((len(numbers), len(terms)), np.int64)
        rows = self.rows[numbers]
        # One bisection for all: a search an article would be as quick, but each of them lets go of Python's lock.
        low = np.repeat(rows["term"].astype(np.int64)[:, None], len(terms), axis=1)
        ends = low + rows["terms"].astype(np.int64)[:, None]
        high = ends.copy()
        last = len(self._term_keys) - 1
        for _ in range(int(rows["terms"].max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            below = (self._term_keys[np.minimum(middle, last)] < wanted) & (middle < high)
            low, high = np.where(below, middle + 1, low), np.where(below, high, middle)
        places = np.minimum(low, last)
        held = (low < ends) & (self._term_keys[places] == wanted)
        return np.where(held, self._term_counts[places], 0).astype(np.int64)

    def forms(self, number: int) -> bytes:
        row = self.rows[number]
        start = int(row["stream"]) + int(row["stems_size"])
        return self._streams[start : start + int(row["forms_size"])]

    def stored(self, numbers: Sequence[int], *, keep: bool = True) -> dict[int, Stored]:
        """The articles themselves; raises ArchiveDamaged where the text index doesn't hold one of them.

        `keep`: for whoever asks next; a walk through all of them comes by but once.
        """
        found = {}
        missing = []
        with self._lock:
            for number in numbers:
                if number in self._stored:
                    found[number] = self._stored[number]
                else:
                    missing.append(number)
        if missing:
            query = Query.term_set_query(self.schema, "number", missing)
            loaded = {s.number: s for s in self._load(query, len(missing))}
            if not loaded.keys() >= set(missing):
                raise damaged(f"The text index in {self._folder} is damaged: it lacks articles that it should hold")
            found |= loaded
            if keep:
                with self._lock:
                    self._stored.update(loaded)
        return found

    def by_id(self, ids: Iterable[str]) -> dict[str, Stored]:
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        query = all_of([Query.term_set_query(self.schema, "id", wanted), self._articles()])
        return {s.article.id: s for s in self._load(query, len(wanted))}

    def agrees(self, stored: Stored) -> bool:
        """Whether the text index and the other files tell the same of an article."""
        row = self.rows[stored.number]
        entries = self.values[int(row["value"]) : int(row["value"]) + int(row["values"])]
        return bool(
            stored.sequence == row["sequence"]
            and stored.first_sequence == row["first_sequence"]
            and len(stored.article.passages) == row["passages"]
            and row["passage"] + row["passages"] <= len(self.codes)
            and (not len(entries) or int(entries.max()) < len(self.names.entries))
            and self.stems(stored.number).count(b"\n") == 1
        )

    def names_of(self, number: int) -> dict[str, tuple[str, ...]]:
        """The names an article's mentions answer to, as they were written with it."""
        with self._read_text():
            hits = self.searcher.search(Query.term_query(self.schema, "number", number), 1, False).hits
            content = orjson.loads(_content(self.searcher, hits[0][1]))
        return {kind: tuple(names) for kind, names in content["names"].items()}

    def codes_of(self, number: int) -> NDArray[np.int8]:
        """(passages, dimensions): the codes of one article."""
        row = self.rows[number]
        start = int(row["passage"])
        return self.codes[start : start + int(row["passages"])]

    def after(self, sequence: int) -> Numbers:
        """Live articles whose present version came later, in (sequence, id) order: the order of their records."""
        records = read_array(self._records_path, RECORD, (self.marker.records,))
        # Sequences only rise along the file.
        records = records[np.searchsorted(records["sequence"], sequence, side="right") :]
        numbers: Numbers = records["number"].astype(np.int64)
        current = self.live[numbers] & (self.rows["sequence"][numbers] == records["sequence"])
        found: Numbers = numbers[current]
        return found

    def buckets(self, interval: IntervalName) -> NDArray[np.int64]:
        """For each number the code of the bucket in which it was published; NO_BUCKET where none holds all its days."""
        known = self._buckets.get(interval)
        if known is None:
            first, last = self.rows["first_day"].astype(np.int64), self.rows["last_day"].astype(np.int64)
            known = self._buckets[interval] = whole_buckets(first, last, interval)
        return known

    # ---------------------------------------------------------------- meaning
    def closeness(self, vector: NDArray[np.int8]) -> NDArray[np.int64]:
        """For every article number the largest dot product of its passages; a large negative number without any."""
        best = np.full(len(self.rows), NOT_CLOSE, np.int64)
        if len(self._embedded):
            dots = np.append(self._dots(vector, self.codes), NOT_CLOSE)
            best[self._embedded] = np.maximum.reduceat(dots, self._bounds)[::2]
        return best

    def passage_dots(self, number: int, vector: NDArray[np.int8]) -> NDArray[np.int64]:
        """The dot product of each passage of one article."""
        return self._dots(vector, self.codes_of(number))

    @staticmethod
    def _dots(vector: NDArray[np.int8], codes: NDArray[np.int8]) -> NDArray[np.int64]:
        if not len(codes):
            return np.empty(0, np.int64)
        dots = simsimd.cdist(vector[None], codes, "dot", out_dtype="int32")  # type: ignore[arg-type]
        return np.asarray(dots).ravel().astype(np.int64)

    # ---------------------------------------------------------------- helpers
    def _articles(self) -> Query:
        return Query.term_query(self.schema, "type", ARTICLE)

    def _load(self, query: Query, limit: int) -> list[Stored]:
        with self._read_text():
            hits = self.searcher.search(query, limit, False).hits
            return [_stored(_content(self.searcher, address)) for _, address in hits]

    @contextmanager
    def _read_text(self) -> Iterator[None]:
        """What tantivy raises where a file of the text index isn't what it wrote, as ArchiveDamaged."""
        try:
            yield
        except (ValueError, TypeError) as error:  # TypeError: a fast field that should hold a number holds none
            raise damaged(f"The text index in {self._folder} is damaged") from error


NOT_CLOSE = -(1 << 40)
NUMERATOR = 2.2
"""k1 + 1: the text index multiplies every BM25 score by it."""
STORED_CACHE = 2_000
"""Articles kept as objects, about 10 KB each."""


def _occurrences(stream: str, phrase: Sequence[str]) -> int:
    """How often a phrase stands in an article's stems; a line is a field, and nothing goes on from line to line."""
    count = 0
    for line in stream.split("\n"):
        padded, wanted = f" {line} ", f" {' '.join(phrase)} "
        at = padded.find(wanted)
        while at >= 0:
            count, at = count + 1, padded.find(wanted, at + 1)
    return count


def _check_records(path: Path, records: NDArray[Any], marker: Marker) -> None:
    """Raises ArchiveDamaged where a record points beyond what the files hold."""
    starts = {"stream": marker.streams, "passage": marker.passages, "value": marker.values, "term": marker.terms}
    sizes = {
        "stream": records["stems_size"].astype(np.uint64) + records["forms_size"],
        **{field: records[f"{field}s"].astype(np.uint64) for field in ("passage", "value", "term")},
    }
    sound = records["number"] < marker.next_number
    for field, end in starts.items():
        sound &= (records[field] <= end) & (sizes[field] <= end - np.minimum(records[field], end))
    if not sound.all():
        raise damaged(f"{path} is damaged: it points beyond the ends of other files")


def _stored(content: bytes) -> Stored:
    data = orjson.loads(content)
    return Stored(Article.from_json(data["article"]), *data["stored"])


def _marker(searcher: Searcher, schema: Schema) -> Marker:
    hits = searcher.search(Query.term_query(schema, "type", MARKER), 1, False).hits
    return Marker.from_bytes(_content(searcher, hits[0][1])) if hits else Marker()


def _content(searcher: Searcher, address: DocAddress) -> bytes:
    content: bytes = searcher.doc(address).get_first("content")  # type: ignore[assignment]
    return content
