"""What holds on every page: structure, safety, colours, layout, weight; checks of a page that was just opened."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

__all__ = ["CHECKS", "Visit", "layout_shifts", "watched"]

_AXE = Axe().axe_script


@dataclass
class Visit:
    """A page that was opened wide and with scripts, for all checks in turn."""

    page: Page
    answer: Response
    """With which the page came."""


@contextmanager
def watched(page: Page) -> Iterator[list[Response]]:
    """The answers by which whole pages came meanwhile."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.request.frame == page.main_frame:
            answers.append(answer)

    page.on("response", note)
    yield answers
    page.remove_listener("response", note)


def layout_shifts(page: Page) -> list[Any]:
    """How much moved by itself since the page was opened, and what."""
    found: list[Any] = page.evaluate(
        """() => new Promise(resolve => {
            const found = [];
            new PerformanceObserver(list => {
                for (const entry of list.getEntries()) {
                    const moved = entry.sources.map(s => s.node?.outerHTML?.slice(0, 80) ?? s.node?.nodeName);
                    if (!entry.hadRecentInput) found.push([entry.value, moved]);
                }
            }).observe({type: 'layout-shift', buffered: true});
            setTimeout(() => resolve(found), 60);
        })"""
    )
    return found


# The order is that of a visit: first what came by itself, at the end what changes the window.
def nothing_jumps(visit: Visit) -> None:
    assert layout_shifts(visit.page) == []


def headings_landmarks_and_labels_are_in_order(visit: Visit) -> None:
    page = visit.page
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('main :is(h1, h2, h3)')].map(e => Number(e.tagName[1]))")
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in pairwise(levels)), levels
    names = page.evaluate(
        """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, a, button')]
            .filter(e => !(e.labels?.length || e.ariaLabel || e.textContent.trim())).map(e => e.outerHTML)"""
    )
    assert names == []
    assert page.evaluate('document.querySelectorAll(\'[tabindex]:not([tabindex="0"], [tabindex="-1"])\').length') == 0


def it_is_light_and_complete(visit: Visit) -> None:
    body = visit.answer.body()
    assert len(body) < 100_000
    assert body.rstrip().endswith(b"</html>")


def it_comes_with_a_strict_policy(visit: Visit) -> None:
    headers = visit.answer.headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "'self'" not in re.findall("(?:script|style)-src ([^;]*)", policy)[0]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]


def its_json_twin_answers(visit: Visit) -> None:
    page = visit.page
    twin = page.locator("link[rel=alternate][type='application/json']")
    nothing_answered = page.locator(".problem, .error").count() or re.search("/(compare$|login|batch)", page.url)
    if nothing_answered:
        assert twin.count() == 0, "nothing was answered"
    else:
        assert page.request.get(twin.get_attribute("href") or "").json()


def axe_finds_nothing_by_day(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    _axe(visit.page)


def axe_finds_nothing_at_night(visit: Visit) -> None:
    visit.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    _axe(visit.page)


def nothing_is_wider_than_the_screen(visit: Visit) -> None:
    page = visit.page
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for width in (320, 390, 700, 1000, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width


def axe_finds_nothing_on_a_phone_with_every_fold_open(visit: Visit) -> None:
    """With the rule on the size of targets, which is part of WCAG 2.2 and that axe leaves out unless it is asked."""
    visit.page.set_viewport_size({"width": 390, "height": 844})
    _axe(visit.page, {"target-size": {"enabled": True}})


def _axe(page: Page, rules: Mapping[str, Any] | None = None) -> None:
    """Every rule of axe, on the page as it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    options = {"resultTypes": ["violations"], "rules": rules or {}}
    found = page.evaluate("options => axe.run(options)", options)
    assert found["passes"], "it has looked"
    faults = [f"{v['id']}: {n['html'][:160]}" for v in found["violations"] for n in v["nodes"]]
    assert not faults, "\n".join(faults)


CHECKS: tuple[Callable[[Visit], None], ...] = (
    nothing_jumps,
    headings_landmarks_and_labels_are_in_order,
    it_is_light_and_complete,
    it_comes_with_a_strict_policy,
    its_json_twin_answers,
    axe_finds_nothing_by_day,
    axe_finds_nothing_at_night,
    nothing_is_wider_than_the_screen,
    axe_finds_nothing_on_a_phone_with_every_fold_open,
)
