"""What is wrong with an open page: axe, the content policy, the width of the screen."""

from collections.abc import Mapping
from typing import Any, Literal

from playwright.sync_api import Page

from tests.journeys.conftest import AXE

AXE_RUN = """async (options) =>
  (await axe.run({ resultTypes: ["violations"], selectors: false, ...options })).violations"""
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(
    (each) => each.getBoundingClientRect().right > window.innerWidth);
  return [wide.at(-1)?.outerHTML.slice(0, 160) ?? "something"];
}"""
WIDTHS = (390, 1440)
LOOKS: tuple[tuple[int, Literal["light", "dark"], dict[str, Any]], ...] = (
    (390, "light", {}),
    (1440, "light", {}),
    (1440, "dark", {"runOnly": ["color-contrast"]}),
)


def look_at(page: Page, address: str, violations: list[str]) -> list[str]:
    """What is wrong with one page, on a phone and on a desk, light and dark.

    The scheme changes nothing but colours, the same at every width: axe looks at these alone in
    the dark, once.
    """
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{page.url} at {width}: too wide: {each}" for each in page.evaluate(TOO_WIDE)]
    wrong += [f"{page.url}: {violation}" for violation in violations]
    for width, scheme, options in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{page.url} at {width}, {scheme}: {each}" for each in axe(page, options)]
    violations.clear()  # axe puts styles of its own into the page
    return wrong


def axe(page: Page, options: Mapping[str, Any] = {}) -> list[str]:
    """What axe finds; its options narrow what it looks for."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(AXE_RUN, dict(options))
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
