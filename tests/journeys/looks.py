"""What is wrong with an open page: axe, the content policy, the width of the screen."""

from collections.abc import Sequence
from itertools import product
from typing import Literal

from playwright.sync_api import Page

from tests.journeys.conftest import AXE

AXE_RUN = """async () =>
  (await axe.run({ resultTypes: ["violations"], selectors: false })).violations"""
TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  const wide = [...document.body.querySelectorAll("*")].filter(
    (each) => each.getBoundingClientRect().right > window.innerWidth);
  return [wide.at(-1)?.outerHTML.slice(0, 160) ?? "something"];
}"""
Scheme = Literal["light", "dark"]
WIDTHS = (390, 1440)
LOOKS: tuple[tuple[int, Scheme], ...] = ((390, "light"), (1440, "dark"))
EVERY_LOOK: tuple[tuple[int, Scheme], ...] = tuple(product(WIDTHS, ("light", "dark")))


def look_at(
    page: Page,
    address: str,
    violations: list[str],
    looks: Sequence[tuple[int, Scheme]] = LOOKS,
) -> list[str]:
    """What is wrong with one page, on a phone in the light and on a desk in the dark.

    The scheme changes nothing but colours, the same at every width. What stands at one width
    alone is the frame and the lanes: a case, which has both, is seen in `EVERY_LOOK`.
    """
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.goto(address)
    page.evaluate("() => document.querySelectorAll('details').forEach(d => { d.open = true; })")
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        wrong += [f"{page.url} at {width}: too wide: {each}" for each in page.evaluate(TOO_WIDE)]
    wrong += [f"{page.url}: {violation}" for violation in violations]
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wrong += [f"{page.url} at {width}, {scheme}: {each}" for each in axe(page)]
    violations.clear()  # axe puts styles of its own into the page
    return wrong


def axe(page: Page) -> list[str]:
    """What axe finds."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(AXE_RUN)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
