"""A search as a page asks for it: the API's own parameters, and those that only change what is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archive.errors import ParameterError
from search_api.parameters import ParameterErrors, SearchRequest, parse_parameters, to_parameters

__all__ = ["PageSearch", "page_parameters", "parse_page"]

PAGE_OWN = ("share", "find")
"""Parameters of pages alone; links of the API leave them out. `find` belongs to the page of a facet, whose form leads
back to the search."""


@dataclass(frozen=True, slots=True)
class PageSearch(SearchRequest):
    """Whatever is changed about it with `replace`, the choice of what is drawn goes along."""

    share: bool = False
    """Draw shares of all coverage, not numbers of articles."""


def parse_page(items: Iterable[tuple[str, str]]) -> PageSearch:
    """As `parse_parameters`, with `share=on`; raises ParameterErrors that names every wrong one."""
    items = list(items)
    wrong: list[ParameterError] = []
    given = [value for name, value in items if name == "share" and value.strip()]
    if any(value not in ("on", "off") for value in given) or len(given) > 1:
        wrong.append(ParameterError("share", "share is `on` or `off`, given once."))
    try:
        parsed = parse_parameters([(name, value) for name, value in items if name not in PAGE_OWN])
    except ParameterErrors as error:
        raise ParameterErrors([*error.errors, *wrong]) from None
    if wrong:
        raise ParameterErrors(wrong)
    same = {name: getattr(parsed, name) for name in SearchRequest.__dataclass_fields__}
    return PageSearch(**same, share=given == ["on"])


def page_parameters(request: SearchRequest) -> list[tuple[str, str]]:
    """The pairs that parse back to this request."""
    own = [("share", "on")] if isinstance(request, PageSearch) and request.share else []
    return to_parameters(request) + own
