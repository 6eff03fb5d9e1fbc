"""The pages of saved searches, alerts and their history: plain forms, answered by a redirect to what they changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from archive.errors import DatelineError, NotFound
from search_api.accounts.gate import CSRF_FIELD
from search_api.errors import error_body, status_of
from search_api.http import parameters_of
from search_api.parameters import SearchRequest
from search_api.pool import SearchPool
from search_api.saved.drafts import floor_of, search_request
from search_api.saved.floors import Example, nearby
from search_api.saved.records import SavedSearch
from search_api.saved.routes import OwnerOf
from search_api.saved.rule import DEFAULT_FLOOR, dot_of, rule_of
from search_api.saved.saving import SavedSearches
from web import alert_pages, saved_pages
from web.forms import read_form
from web.rendering import ProblemPage, Renderer

__all__ = ["saved_pages_router"]

PAGE = 50
"""Matches or deliveries a page."""
FIRST = 20
"""Matches beside a saved search."""
LOOK = "look"
"""The button that shows examples for what is typed, and saves nothing."""
OWN = ("name", "note", "floor", LOOK, CSRF_FIELD)
"""Fields of the form that aren't of the search."""
Pairs = Sequence[tuple[str, str]]


def saved_pages_router(saved: SavedSearches, pool: SearchPool, html: Renderer, owner_of: OwnerOf) -> APIRouter:
    pages = APIRouter(include_in_schema=False)
    store = saved.store
    sending = SearchPool(threads=4, queue=16)

    async def answer(request: Request, work: Callable[[], Response], pool: SearchPool = pool) -> Response:
        try:
            return await pool.run(work)
        except NotFound as error:
            return html(request, "problem.html", ProblemPage("No such saved search", error.message), 404)
        except DatelineError as error:
            message = error_body(error)["error"]["message"]
            return html(request, "problem.html", ProblemPage("Not now", message), status_of(error))

    # ---------------------------------------------------------------- the list
    @pages.get("/saved")
    async def every(request: Request) -> Response:
        owner = owner_of(request)
        undo = _number(_first(parameters_of(request), "deleted"))

        def work() -> Response:
            found, gone = store.all(owner), store.all(owner, deleted=True)
            return html(request, "saved.html", saved_pages.list_page(found, gone, undo, saved.lease.problem()))

        return await answer(request, work)

    # ---------------------------------------------------------------- saving and editing
    @pages.get("/saved/new")
    async def new(request: Request) -> Response:
        owner_of(request)
        pairs = parameters_of(request)
        return await answer(request, lambda: edited(request, None, pairs, None))

    @pages.post("/saved")
    async def create(request: Request) -> Response:
        owner, pairs = owner_of(request), await read_form(request)

        def work() -> Response:
            if _first(pairs, LOOK):
                return edited(request, None, pairs, None)
            try:
                made = saved.create(owner, _search(pairs), _first(pairs, "name"), _first(pairs, "note"), _cosine(pairs))
            except DatelineError as error:
                return edited(request, None, pairs, error)
            return _see(f"/saved/{made.id}")

        return await answer(request, work)

    @pages.get("/saved/{id:int}/edit")
    async def edit(request: Request, id: int) -> Response:
        owner, pairs = owner_of(request), parameters_of(request)

        def work() -> Response:
            found = store.get(owner, id)
            return edited(request, found, pairs or _as_form(found), None)

        return await answer(request, work)

    @pages.post("/saved/{id:int}/edit")
    async def change(request: Request, id: int) -> Response:
        owner, pairs = owner_of(request), await read_form(request)

        def work() -> Response:
            found = store.get(owner, id)
            if _first(pairs, LOOK):
                return edited(request, found, pairs, None)
            try:
                saved.change(
                    owner,
                    id,
                    pairs=_search(pairs),
                    name=_first(pairs, "name"),
                    note=_first(pairs, "note"),
                    floor=_cosine(pairs),
                )
            except DatelineError as error:
                return edited(request, found, pairs, error)
            return _see(f"/saved/{id}")

        return await answer(request, work)

    def edited(request: Request, found: SavedSearch | None, pairs: Pairs, error: DatelineError | None) -> Response:
        """The form with what was typed, and examples beside the floor."""
        examples: list[Example] = []
        by_meaning = False
        try:
            asked = search_request(_search(pairs))
            floor = _cosine(pairs)
            dot = dot_of(DEFAULT_FLOOR) if floor is None else floor_of(floor)
            search = saved.service.resolve(asked)
            by_meaning = rule_of(search, dot, saved.service.analyser).vector is not None
            examples = nearby(saved.service.engine, saved.service.analyser, search, dot) if by_meaning else []
        except DatelineError as wrong:
            error = error or wrong
            first = dict(reversed(list(pairs)))
            asked = SearchRequest(q=first.get("q", ""), from_=first.get("from"), to=first.get("to"))
        page = saved_pages.edit_page(
            asked,
            saved=found,
            name=_first(pairs, "name"),
            note=_first(pairs, "note"),
            floor=_first(pairs, "floor") or f"{DEFAULT_FLOOR:.2f}",
            examples=examples,
            by_meaning=by_meaning,
            error=error_body(error)["error"]["message"] if error else None,
        )
        return html(request, "saved_edit.html", page, status_of(error) if error else 200)

    # ---------------------------------------------------------------- one search
    @pages.get("/saved/{id:int}")
    async def one(request: Request, id: int) -> Response:
        owner, base = owner_of(request), str(request.base_url)
        looked = "prefetch" not in request.headers.get("sec-purpose", "")

        def work() -> Response:
            found = store.get(owner, id)
            matches = store.matches(id, limit=FIRST + 1)
            alerts = len(saved.alerts.all(found))
            page = saved_pages.found_page(
                found, matches[:FIRST], alerts, base, more=len(matches) > FIRST, seen=found.seen
            )
            if looked and matches and found.new:
                # What is shown now is no longer new; what comes meanwhile is.
                store.mark_seen(owner, id, matches[0].id)
            return html(request, "saved_search.html", page)

        return await answer(request, work)

    def action(path: str, apply: Callable[[str, int], object], then: str) -> None:
        """A button: it does one thing and leads on."""

        @pages.post(path, name=path)
        async def act(request: Request, id: int) -> Response:
            owner = owner_of(request)
            await read_form(request)

            def work() -> Response:
                apply(owner, id)
                return _see(then.format(id=id))

            return await answer(request, work)

    action("/saved/{id:int}/delete", store.delete, "/saved?deleted={id}")
    action("/saved/{id:int}/undo", store.restore, "/saved/{id}")
    action("/saved/{id:int}/share", lambda owner, id: store.share(owner, id, on=True), "/saved/{id}#share")
    action("/saved/{id:int}/unshare", lambda owner, id: store.share(owner, id, on=False), "/saved/{id}#share")

    @pages.get("/shared/{token}")
    async def shared(request: Request, token: str) -> Response:
        def work() -> Response:
            found = store.shared(token)
            return html(
                request, "saved_shared.html", saved_pages.shared_page(found, store.matches(found.id, limit=FIRST))
            )

        return await answer(request, work)

    # ---------------------------------------------------------------- alerts
    def alerts_of(
        request: Request, owner: str, id: int, given: Pairs = (), error: str | None = None, told: str | None = None
    ) -> Response:
        found = store.get(owner, id)
        page = alert_pages.alerts_page(found, saved.alerts.all(found), dict(given), error, told)
        return html(request, "saved_alerts.html", page, 422 if error else 200)

    @pages.get("/saved/{id:int}/alerts")
    async def alerts(request: Request, id: int) -> Response:
        owner = owner_of(request)
        return await answer(request, lambda: alerts_of(request, owner, id))

    @pages.post("/saved/{id:int}/alerts")
    async def add_alert(request: Request, id: int) -> Response:
        owner, pairs = owner_of(request), await read_form(request)

        def work() -> Response:
            given: dict[str, object] = {
                name: _number(value) if name in ("hour", "weekday") else value for name, value in pairs
            }
            try:
                saved.add_alert(owner, id, given)
            except NotFound:
                raise
            except DatelineError as error:
                return alerts_of(request, owner, id, pairs, error_body(error)["error"]["message"])
            return _see(f"/saved/{id}/alerts")

        return await answer(request, work)

    @pages.post("/saved/{id:int}/alerts/{alert:int}/test")
    async def test_alert(request: Request, id: int, alert: int) -> Response:
        owner = owner_of(request)
        await read_form(request)

        def work() -> Response:
            target = saved.alerts.get(store.get(owner, id), alert).target
            problem = saved.test_alert(owner, id, alert)
            told = f"The test did not reach {target}. {problem}" if problem else f"The test reached {target}."
            return alerts_of(request, owner, id, told=told)

        return await answer(request, work, sending)

    def alert_action(path: str, apply: Callable[[str, int, int], object]) -> None:
        @pages.post("/saved/{id:int}/alerts/{alert:int}/" + path, name=path)
        async def act(request: Request, id: int, alert: int) -> Response:
            owner = owner_of(request)
            await read_form(request)

            def work() -> Response:
                apply(owner, id, alert)
                return _see(f"/saved/{id}/alerts")

            return await answer(request, work)

    alert_action("on", lambda owner, id, alert: saved.change_alert(owner, id, alert, {"active": True}))
    alert_action("off", lambda owner, id, alert: saved.change_alert(owner, id, alert, {"active": False}))
    alert_action("delete", lambda owner, id, alert: saved.alerts.delete(store.get(owner, id), alert))

    # ---------------------------------------------------------------- history
    @pages.get("/saved/{id:int}/matches")
    async def matches(request: Request, id: int) -> Response:
        owner = owner_of(request)
        asked: dict[str, str] = dict(parameters_of(request))
        before, first, last = (_number(asked.get(n, "")) for n in ("before", "first", "last"))

        def work() -> Response:
            found = store.get(owner, id)
            some = store.matches(id, before=before, first=first or 0, last=last, limit=PAGE + 1)
            kept: dict[str, str | int] = {n: asked[n] for n in ("first", "last") if n in asked}
            more = f"?{urlencode({**kept, 'before': some[PAGE - 1].id})}" if len(some) > PAGE else None
            return html(request, "saved_history.html", alert_pages.history_page(found, matches=some[:PAGE], more=more))

        return await answer(request, work)

    @pages.get("/saved/{id:int}/deliveries")
    async def deliveries(request: Request, id: int) -> Response:
        owner = owner_of(request)
        before = _number(_first(parameters_of(request), "before"))

        def work() -> Response:
            found = store.get(owner, id)
            some = saved.alerts.deliveries(found, before=before, limit=PAGE + 1)
            more = f"?before={some[PAGE - 1].id}" if len(some) > PAGE else None
            page = alert_pages.history_page(
                found, deliveries=some[:PAGE], alerts=saved.alerts.all(found), more=more, sent=True
            )
            return html(request, "saved_history.html", page)

        return await answer(request, work)

    @pages.post("/saved/{id:int}/deliveries/{delivery:int}/retry")
    async def retry(request: Request, id: int, delivery: int) -> Response:
        owner = owner_of(request)
        await read_form(request)

        def work() -> Response:
            saved.alerts.retry(store.get(owner, id), delivery)
            return _see(f"/saved/{id}/deliveries")

        return await answer(request, work)

    return pages


def _see(address: str) -> Response:
    """Leads to what was changed, so that a reload doesn't do it again."""
    return RedirectResponse(address, 303)


def _search(pairs: Pairs) -> list[tuple[str, str]]:
    """The fields of the form that are of the search."""
    return [(name, value) for name, value in pairs if name not in OWN]


def _as_form(found: SavedSearch) -> list[tuple[str, str]]:
    """A saved search as its own form would send it."""
    return [*found.parameters, ("name", found.name), ("note", found.note), ("floor", f"{found.cosine:.2f}")]


def _first(pairs: Pairs, name: str) -> str:
    return next((value for n, value in pairs if n == name), "")


def _cosine(pairs: Pairs) -> float | None:
    """The floor as typed; what is no number is as far off as can be, and refused by what reads it."""
    text = _first(pairs, "floor").strip().replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return -1.0


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
