"""A reader who has nothing but a keyboard: goes from stop to stop by Tab, and must see where they stand."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

__all__ = ["Keys", "misplaced"]

_STAND = """target => {
    const stop = document.activeElement, style = getComputedStyle(stop), box = stop.getBoundingClientRect();
    const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    const inside = box.bottom >= 0 && box.right >= 0 && box.top <= innerHeight && box.left <= innerWidth;
    const nowhere = stop === document.body || stop === document.documentElement;
    return {there: stop === target, seen: nowhere || (outlined && inside), what: stop.outerHTML.slice(0, 120)};
}"""

_STOPS = """() => {
    const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
    const visible = {visibilityProperty: true, contentVisibilityAuto: true};
    return [...document.querySelectorAll(all)].filter(e => e.tabIndex >= 0 && !e.disabled && e.checkVisibility(visible)
        && (e.type !== 'radio' || e.checked));
}"""

_WALKED = """() => {
    window.walked = [];
    document.addEventListener('focusin', event => window.walked.push(event.target));
}"""

_MISPLACED = """stops => {
    const wrong = [];
    const region = e => e.closest('header, form.search, aside, main, footer');
    const flow = stops.filter(e => !e.closest('svg, .skip'));  // in a drawing, the order is that of what is drawn
    for (let i = 1; i < flow.length; i++) {
        const [before, after] = [flow[i - 1], flow[i]];
        if (region(before) !== region(after)) continue;
        const [a, b] = [before.getClientRects()[0], after.getClientRects()[0]];
        const beside = b.top < a.bottom - 2 && a.top < b.bottom - 2;
        const above = b.bottom <= a.top + 2;
        if ((beside && b.left < a.left - 2) || (above && b.left < a.right - 2))
            wrong.push(before.outerHTML.slice(0, 100) + ' before ' + after.outerHTML.slice(0, 100));
    }
    return wrong;
}"""


class Keys:
    def __init__(self, page: Page) -> None:
        self._page = page

    def to(self, target: Locator, most: int = 400) -> Keys:
        """By Tab from where the focus is; on every stop between it must be seen."""
        wanted = target.element_handle()
        for _ in range(most):
            self.press("Tab")
            stand = self._page.evaluate(_STAND, wanted)
            assert stand["seen"], f"nothing shows that the focus is on {stand['what']}"
            if stand["there"]:
                return self
        raise AssertionError(f"{target} isn't reached by {most} times Tab")

    def skip(self) -> Keys:
        """By the first stop of a page that was just opened, to its content."""
        return self.press("Tab", "Enter")

    def press(self, *keys: str) -> Keys:
        for key in keys:
            self._page.keyboard.press(key)
        return self

    def type(self, text: str) -> Keys:
        """In place of what the field holds."""
        self.press("Control+a")
        self._page.keyboard.type(text)
        return self


def misplaced(page: Page) -> list[Any]:
    """What Tab doesn't reach in the order of the page, and what it reaches before something that stands above or left.

    Each stop is met once, and the last one leads out: nothing holds the focus.
    """
    stops = page.evaluate_handle(_STOPS)
    count = stops.evaluate("stops => stops.length")
    page.evaluate(_WALKED)
    for _ in range(count):
        page.keyboard.press("Tab")
    faults: list[Any] = stops.evaluate(
        """stops => stops.map((stop, i) => [stop, window.walked[i]]).filter(([stop, met]) => stop !== met)
            .map(([stop, met]) => `${stop.outerHTML.slice(0, 100)}, but Tab finds ${met?.outerHTML.slice(0, 100)}`)"""
    )
    page.keyboard.press("Tab")
    held = stops.evaluate("stops => stops.indexOf(document.activeElement)")
    return faults[:3] + ([] if held <= 0 else ["the last stop holds the focus"]) + stops.evaluate(_MISPLACED)
