"""The HTTP routes of alerts: who is told, a test, and what was delivered."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from search_api.http import json_response, refuse_unknown
from search_api.pool import SearchPool
from search_api.saved.answers import SEARCHES, alert_json, delivery_json
from search_api.saved.routes import CHANGING, LOOKING, Before, Id, Limit, OwnerOf
from search_api.saved.saving import SavedSearches
from search_api.saved.schemas import (
    AlertAnswer,
    AlertChanges,
    AlertDraft,
    AlertsAnswer,
    DeliveriesAnswer,
    DeliveryAnswer,
    TestAnswer,
)

__all__ = ["alert_router"]

ALERTS = SEARCHES + "/{id}/alerts"
AlertId = Annotated[int, Path(ge=1, le=2**53, description="Of the alert.", examples=[1])]
DeliveryId = Annotated[int, Path(ge=1, le=2**53, description="Of the delivery.", examples=[1])]


def alert_router(saved: SavedSearches, pool: SearchPool, owner_of: OwnerOf) -> APIRouter:
    api = APIRouter(tags=["alerts"])
    # A receiver that doesn't answer for seconds must not hold up searches.
    testing = SearchPool(threads=4, queue=16)

    @api.get(ALERTS, response_model=AlertsAnswer, responses=LOOKING, summary="Who is told of its matches")
    async def every(request: Request, id: Id) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        found = await pool.run(lambda: saved.alerts.all(saved.store.get(owner, id)))
        return json_response({"alerts": [alert_json(a) for a in found]})

    @api.post(ALERTS, response_model=AlertAnswer, status_code=201, responses=CHANGING, summary="Tell of what it finds")
    async def create(request: Request, id: Id, draft: AlertDraft) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return json_response(alert_json(await pool.run(lambda: saved.add_alert(owner, id, draft.model_dump()))), 201)

    @api.get(ALERTS + "/{alert}", response_model=AlertAnswer, responses=LOOKING, summary="One alert")
    async def one(request: Request, id: Id, alert: AlertId) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        return json_response(alert_json(await pool.run(lambda: saved.alerts.get(saved.store.get(owner, id), alert))))

    @api.patch(ALERTS + "/{alert}", response_model=AlertAnswer, responses=CHANGING, summary="Change an alert")
    async def change(request: Request, id: Id, alert: AlertId, changes: AlertChanges) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        given = changes.model_dump()
        return json_response(alert_json(await pool.run(lambda: saved.change_alert(owner, id, alert, given))))

    @api.delete(ALERTS + "/{alert}", status_code=204, responses=CHANGING, summary="End an alert, with its history")
    async def delete(request: Request, id: Id, alert: AlertId) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        await pool.run(lambda: saved.alerts.delete(saved.store.get(owner, id), alert))
        return Response(status_code=204)

    @api.post(
        ALERTS + "/{alert}/test",
        response_model=TestAnswer,
        responses=CHANGING,
        summary="Send a test now, and tell whether it arrived",
    )
    async def test(request: Request, id: Id, alert: AlertId) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        problem = await testing.run(lambda: saved.test_alert(owner, id, alert))
        return json_response({"arrived": problem is None, "problem": problem})

    @api.get(SEARCHES + "/{id}/deliveries", response_model=DeliveriesAnswer, responses=LOOKING, summary="What was told")
    async def deliveries(request: Request, id: Id, before: Before = None, limit: Limit = 50) -> Response:
        refuse_unknown(request, "before", "limit")
        owner = owner_of(request)

        def look() -> Any:
            found = saved.alerts.deliveries(saved.store.get(owner, id), before=before, limit=limit + 1)
            following = found[limit - 1].id if len(found) > limit else None
            return {"deliveries": [delivery_json(d) for d in found[:limit]], "next": following}

        return json_response(await pool.run(look))

    @api.post(
        SEARCHES + "/{id}/deliveries/{delivery}/retry",
        response_model=DeliveryAnswer,
        responses=CHANGING,
        summary="Try a delivery again now",
    )
    async def retry(request: Request, id: Id, delivery: DeliveryId) -> Response:
        refuse_unknown(request)
        owner = owner_of(request)
        tried = await pool.run(lambda: saved.alerts.retry(saved.store.get(owner, id), delivery))
        return json_response(delivery_json(tried))

    return api
