"""All values of one facet of a search: to find some, to choose several, to leave some out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from archive.calendar import Interval, interval
from archive.engine import FacetName
from search_api.entities import ENTITY_KINDS
from search_api.parameters import MAX_LIMIT, SearchRequest, to_parameters, value_text
from search_api.service import SearchService
from search_api.suggesting import EVERY_VALUE
from web.asked import PageSearch, page_parameters
from web.frame import Twin
from web.links import entity_link, search_link
from web.sidebar import FACET_TITLES, ValueView, ValueViews, chosen_values

__all__ = ["FacetPage", "build", "finding"]

SHOWN = 120
"""Values on the page; whoever looks for others types a letter or two."""


@dataclass(frozen=True, slots=True)
class FacetPage:
    name: FacetName
    title: str
    q: str
    find: str
    values: tuple[ValueView, ...]
    """Those chosen first, then by count and name."""
    about: tuple[str | None, ...]
    """For each value the link to its own page, where it has one."""
    total: int
    """Values of the facet."""
    found: int
    """Of these what was looked for."""
    further: int
    """Of these what isn't on the page."""
    missing: ValueView | None
    search: str
    """The search without this page."""
    path: str
    hidden: tuple[tuple[str, str], ...]
    """All parameters but the values chosen here."""
    twins: tuple[Twin, ...]


def finding(items: Iterable[tuple[str, str]]) -> str:
    """What is looked for among the values; only the first of several."""
    return next((value.strip() for name, value in items if name == "find" and value.strip()), "")


def build(service: SearchService, name: FacetName, request: PageSearch, find: str = "") -> FacetPage:
    """Raises what `SearchService.search` raises."""
    base = replace(request, cursor=None, format="json")
    counted = replace(base, facets=(name,), facet_limit=EVERY_VALUE, timeline=None, limit=0)
    answer = service.search(counted)["facets"][name]
    state = dict.fromkeys(value for _, value, _ in chosen_values(base, name) if value is not None)
    counts = {_typed(name, v["value"]): v["count"] for v in answer["values"]}
    matching = _matching(service, counts, find)
    # What is chosen stays in sight, so that the form sends it again.
    ordered = [*state, *(v for v in matching if v not in state)]
    kind = next((k for k in ENTITY_KINDS if k == name), None)
    view = ValueViews(base, name, answer)
    shown = ordered[: max(SHOWN, len(state))]
    api = SearchRequest(**{n: getattr(base, n) for n in SearchRequest.__dataclass_fields__})
    api = replace(api, facets=(name,), facet_limit=MAX_LIMIT, limit=0)
    return FacetPage(
        name=name,
        title=FACET_TITLES[name][0],
        q=base.q,
        find=find,
        values=tuple(view(v, counts.get(v, 0)) for v in shown),
        about=tuple(entity_link(kind, str(v)) if kind else None for v in shown),
        total=len(counts),
        found=len(matching),
        further=len(ordered) - len(shown),
        missing=view(None, answer["missing"]) if answer["missing"] else None,
        search=search_link(base),
        path=f"/facet/{name}",
        hidden=tuple((n, v) for n, v in page_parameters(base) if n != name),
        twins=(
            Twin(
                "application/json",
                "These values as JSON",
                "/api/v1/search?" + urlencode(to_parameters(api), errors="replace"),
            ),
        ),
    )


def _typed(name: FacetName, value: str) -> str | Interval:
    return interval(value) if name in ("published", "mentioned") else value


def _matching(service: SearchService, counts: dict[str | Interval, int], find: str) -> Sequence[str | Interval]:
    """The values any word of which begins as looked for; of several words all but the last are whole."""
    forms = service.analyser.forms
    wanted = "".join(f" {form}" for form in forms(find))
    if not wanted:
        return list(counts)
    return [v for v in counts if wanted in "".join(f" {form}" for form in forms(value_text(v)))]
