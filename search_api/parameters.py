"""The parameters of a search: from a URL's query string to a `SearchRequest`, and back.

The pages, the API and the command line all come through here, so that a parameter means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, get_args

from archive.calendar import Interval, parse_range
from archive.engine import FACETS, FacetName, IntervalName, Mode, Refinement, Sort, Timeline
from archive.errors import DatelineError, ParameterError

__all__ = [
    "FIELDS",
    "MAX_LIMIT",
    "MISSING",
    "FormatName",
    "ParameterErrors",
    "SearchRequest",
    "parse_parameters",
    "refuse_parameters",
    "to_parameters",
    "value_text",
]

FIELDS = (
    "id",
    "title",
    "url",
    "published",
    "source",
    "authors",
    "section",
    "language",
    "score",
    "matched_by",
    "highlights",
    "passage",
    "mentions",
    "duplicates",
)
"""What a result can hold; all of it by default."""
FormatName = Literal["json", "jsonl", "csv", "rss", "atom", "jsonfeed"]
FEEDS = ("rss", "atom", "jsonfeed")
"""Formats whose order is fixed: what was added last stands first."""
MISSING = "missing"
"""The value that stands for articles without any value."""
MAX_LIMIT = 1000
MAX_VALUES = 200
"""Parameters of one search: more than a page can show, few enough to count quickly."""
DATE_FACETS = ("published", "mentioned")


class ParameterErrors(DatelineError):
    """Everything that is wrong with the parameters of one request."""

    code = "parameter"

    def __init__(self, errors: Sequence[ParameterError]) -> None:
        super().__init__("; ".join(e.message for e in errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search as a caller asks for it; text not yet parsed."""

    q: str = ""
    mode: Mode | None = None
    from_: str | None = None
    to: str | None = None
    refinements: tuple[Refinement, ...] = ()
    facets: tuple[FacetName, ...] = ()
    facet_limit: int = 20
    timeline: Timeline | None = None
    sort: Sort = "relevance"
    limit: int = 20
    cursor: str | None = None
    fields: tuple[str, ...] = FIELDS
    expand: bool = True
    explain: bool = False
    format: FormatName = "json"
    within: Interval | None = field(default=None, compare=False)
    """`from` to `to`; computed from these two."""


def parse_parameters(items: Iterable[tuple[str, str]]) -> SearchRequest:
    """Pairs of a query string, in any order; raises ParameterErrors that names every wrong one.

    An empty value counts as absent, because forms send those.
    """
    reader = _Reader(items)
    format: Any = reader.choice("format", get_args(FormatName)) or "json"
    reader.fit(format)
    mode = reader.choice("mode", get_args(Mode))
    from_, to = reader.one("from", _date), reader.one("to", _date)
    within = reader.window(from_, to)
    interval = reader.choice("timeline", get_args(IntervalName))
    timeline_field: Any = reader.choice("timeline_field", DATE_FACETS) or "published"
    request = SearchRequest(
        q=reader.one("q", str) or "",
        mode=mode,
        from_=from_,
        to=to,
        refinements=reader.refinements(),
        facets=tuple(reader.choices("facet", FACETS)),
        facet_limit=_or(reader.one("facet_limit", _count), 20),
        timeline=Timeline(interval, timeline_field) if interval else None,
        sort=reader.choice("sort", get_args(Sort)) or "relevance",
        limit=_or(reader.one("limit", _count), 20),
        cursor=reader.one("cursor", str),
        fields=_or(reader.one("fields", _fields), FIELDS),
        expand=reader.choice("expand", ("on", "off")) != "off",
        explain=reader.choice("explain", ("true", "false")) == "true",
        format=format,
        within=within,
    )
    reader.finish()
    return request


def to_parameters(request: SearchRequest) -> list[tuple[str, str]]:
    """The pairs that parse back to this request; what has its default is left out."""
    pairs: list[tuple[str, str | None]] = [
        ("q", request.q or None),
        ("mode", request.mode),
        ("from", request.from_),
        ("to", request.to),
    ]
    for refinement in request.refinements:
        pairs += [(refinement.field, value_text(v)) for v in refinement.include]
        pairs += [(f"exclude.{refinement.field}", value_text(v)) for v in refinement.exclude]
    pairs += [("facet", name) for name in request.facets]
    pairs += [
        ("facet_limit", None if request.facet_limit == 20 else str(request.facet_limit)),
        ("timeline", request.timeline.interval if request.timeline else None),
        ("timeline_field", "mentioned" if request.timeline and request.timeline.field == "mentioned" else None),
        ("sort", None if request.sort == "relevance" else request.sort),
        ("limit", None if request.limit == 20 else str(request.limit)),
        ("cursor", request.cursor),
        ("fields", None if request.fields == FIELDS else ",".join(request.fields)),
        ("expand", None if request.expand else "off"),
        ("explain", "true" if request.explain else None),
        ("format", None if request.format == "json" else request.format),
    ]
    return [(name, value) for name, value in pairs if value is not None]


def refuse_parameters(items: Iterable[tuple[str, str]]) -> None:
    """For what takes no parameters: raises ParameterErrors that names each one given."""
    names = dict.fromkeys(name for name, _ in items)
    if names:
        raise ParameterErrors(
            [ParameterError(n, f"There is no parameter {n[:80]!r} here: leave it out.") for n in names]
        )


def value_text(value: str | Interval | None) -> str:
    """A refinement's value as a parameter."""
    if value is None:
        return MISSING
    return str(value).replace("/", "..") if isinstance(value, Interval) else value


_T = TypeVar("_T")
_C = TypeVar("_C", bound=str)


class _Reader:
    """Takes the parameters one by one and collects what is wrong."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._errors: list[ParameterError] = []
        count = 0
        for name, value in items:
            if not value.strip():
                self._values.setdefault(name, [])
                continue
            count += 1
            self._values.setdefault(name, []).append(value)
        if count > MAX_VALUES:
            most = max(self._values, key=lambda name: len(self._values[name]))
            message = f"{count} parameters are more than a search takes ({MAX_VALUES}): leave some out."
            raise ParameterErrors([ParameterError(most, message)])

    def one(self, name: str, read: Callable[[str], _T]) -> _T | None:
        values = self._values.pop(name, [])
        if len(values) > 1:
            self._error(name, f"{name} is given {len(values)} times: give it once.")
            return None
        return self._read(name, values[0], read) if values else None

    def choice(self, name: str, allowed: Sequence[_C]) -> _C | None:
        return self.one(name, lambda text: _one_of(text, allowed))

    def choices(self, name: str, allowed: Sequence[_C]) -> list[_C]:
        values = self._values.pop(name, [])
        found = (self._read(name, v, lambda text: _one_of(text, allowed)) for v in values)
        return list(dict.fromkeys(f for f in found if f is not None))

    def window(self, from_: str | None, to: str | None) -> Interval | None:
        if not (from_ or to):
            return None
        try:
            return parse_range(f"{from_ or ''}..{to or ''}")
        except ValueError:
            self._error("to", f"to={to} lies before from={from_}: write the earlier date as `from`.")
            return None

    def refinements(self) -> tuple[Refinement, ...]:
        found = []
        for name in FACETS:
            include, exclude = (
                tuple(dict.fromkeys(self._value(key, name, v) for v in self._values.pop(key, [])))
                for key in (name, f"exclude.{name}")
            )
            if include or exclude:
                found.append(Refinement(name, include, exclude))
        return tuple(found)

    def fit(self, format: FormatName) -> None:
        """What a format has no place for is an error, not left out in silence."""
        unfit: tuple[str, ...] = ()
        if format in FEEDS:
            unfit = ("sort", "cursor", "facet", "facet_limit", "timeline", "timeline_field", "fields", "explain")
        elif format != "json":
            unfit = ("facet", "facet_limit", "timeline", "timeline_field", *(("explain",) if format == "csv" else ()))
        for name in unfit:
            if self._values.get(name):
                why = "a feed holds what was added last" if format in FEEDS else "it holds results alone"
                self._error(name, f"{name} has no place in format={format} ({why}): leave it out.")
                del self._values[name]

    def finish(self) -> None:
        for name in self._values:
            self._error(name, f"There is no parameter {name[:80]!r}. {_known(name)}")
        if self._errors:
            raise ParameterErrors(self._errors)

    def _value(self, key: str, name: FacetName, text: str) -> str | Interval | None:
        if text == MISSING:
            return None
        return self._read(key, text, parse_range) if name in DATE_FACETS else text

    def _read(self, name: str, text: str, read: Callable[[str], _T]) -> _T | None:
        try:
            return read(text)
        except ValueError as error:
            self._error(name, f"{name}: {error}")
            return None

    def _error(self, name: str, message: str) -> None:
        self._errors.append(ParameterError(name, message))


def _one_of(text: str, allowed: Sequence[_C]) -> _C:
    for value in allowed:
        if value == text:
            return value
    raise ValueError(f"{text[:80]!r} is not one of {', '.join(allowed)}.")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MAX_LIMIT):
        raise ValueError(f"{text[:80]!r} is not a whole number from 0 to {MAX_LIMIT}.")
    return int(text)


def _date(text: str) -> str:
    if ".." in text or "/" in text:
        raise ValueError(f"{text[:80]!r} is a range: give one date, like 2024-11 or 2024-11-25.")
    parse_range(text)
    return text.strip()


def _fields(text: str) -> tuple[str, ...]:
    names = [_one_of(name.strip(), FIELDS) for name in text.split(",") if name.strip()]
    return tuple(name for name in FIELDS if name == "id" or name in names)


def _known(name: str) -> str:
    from difflib import get_close_matches

    known = [
        *("q", "mode", "from", "to", "facet", "facet_limit", "timeline", "timeline_field", "sort", "limit", "cursor"),
        *("fields", "expand", "explain", "format", *FACETS, *(f"exclude.{f}" for f in FACETS)),
    ]
    near = get_close_matches(name[:40], known, 1)
    return f"Did you mean {near[0]}?" if near else "The API's documentation lists them."


def _or(value: _T | None, default: _T) -> _T:
    return default if value is None else value
