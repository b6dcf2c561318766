"""Marks, steps of intensity and eight-session strips: manifestations drawn the same everywhere."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from impasses.catalogue import catalogue

register = template.Library()

STRENGTH_WORDS = {1: "slight", 2: "clear", 3: "strong"}
SLOT_WIDTH, LANE, BAR = 13, 9, {1: 3.0, 2: 5.5, 3: 8.0}
MOST_SLOTS = 8


@lru_cache(maxsize=4)
def _steps(intensity: int) -> SafeString:
    bars = "".join(
        f'<rect x="{x}" y="{y}" width="4" height="{14 - y}" rx="1"/>'
        if step <= intensity
        else f'<rect class="off" x="{x + 0.5}" y="{y + 0.5}" width="3" height="{13 - y}" rx="1"/>'
        for step, x, y in ((1, 0.5, 9), (2, 6.5, 4.5), (3, 12.5, 0))
    )
    return mark_safe(  # noqa: S308  # nosec B308 B703: numbers only
        f'<svg class="steps" viewBox="0 0 17 14.5" aria-hidden="true">{bars}</svg>'
    )


@register.simple_tag
def steps(intensity: int | str) -> SafeString:
    """Intensity 1 to 3 as filled steps; decoration, say the word beside it."""
    return _steps(int(intensity))


@register.simple_tag
def mark(code: str, intensity: int | str = 0, *, ghost: bool = False) -> SafeString:
    """A manifestation: icon, short word and, when given, its intensity."""
    entry = catalogue()[code]
    strength = int(intensity or 0)
    said = (
        format_html(
            '{}<span class="visually-hidden">, {}, {} of 3</span>',
            _steps(strength),
            STRENGTH_WORDS[strength],
            strength,
        )
        if strength
        else ""
    )
    return format_html(
        '<span class="mark {css}{ghost}"><svg class="icon" aria-hidden="true" '
        'viewBox="0 0 24 24"><use href="#i-{css}"/></svg>{word}{said}</span>',
        css=code.lower(),
        ghost=" mark--ghost" if ghost else "",
        word=getattr(entry, "word", entry.name),
        said=said,
    )


@register.simple_tag
def strip(slots: Sequence[dict[str, Any]], label: str) -> SafeString:
    """The last sessions, oldest first, at most eight: `{"held": bool, "lanes": {"M1": 2}}`."""
    shown = tuple(
        (bool(slot["held"]), tuple(sorted(slot["lanes"].items()))) for slot in slots[-MOST_SLOTS:]
    )
    return format_html(
        '<svg class="strip" viewBox="0 0 102 44" role="img" aria-label="{}: {}">{}</svg>',
        label,
        _strip_words(shown),
        _strip_drawn(shown),
    )


OUTCOME_SIGNS = {
    "helped": '<path class="oc__sign" d="M-3.2 0.2l2.2 2.3 4.2-4.6"/>',
    "partly": '<path class="oc__half" d="M0 -6.2a6.2 6.2 0 0 0 0 12.4z"/>',
    "no": '<path class="oc__x" d="M-2.5 -2.5l5 5m0-5l-5 5"/>',
    "worse": '<path class="oc__x" d="M0 -3.4v6.4m-2.8-2.6l2.8 2.8 2.8-2.8"/>',
    "early": "",
}
SAME_SHAPE = {"too_early": "early", "repaired": "helped", "unrepaired": "no"}


@register.simple_tag
def outcome(code: str) -> SafeString:
    """The shape of a trial's outcome or a repair's state; decoration, say the word beside it."""
    shape = SAME_SHAPE.get(code, code)
    return format_html(
        '<svg class="oc-icon" viewBox="-9 -9 18 18" aria-hidden="true">'
        '<circle class="oc oc--{}" cx="0" cy="0" r="7"/>{}</svg>',
        shape,
        mark_safe(OUTCOME_SIGNS[shape]),  # noqa: S308  # nosec B308 B703: our own drawings
    )


STAGE_SIGNS = {
    "named": '<circle class="tl-dot" cx="8" cy="8" r="2.4"/>',
    "loosening": '<path class="oc__half" d="M8 2.6a5.4 5.4 0 0 0 0 10.8z"/>',
}


@register.simple_tag
def stage(code: str, words: str) -> SafeString:
    """The stage of an open impasse: its shape and the words beside it, as in "2 named"."""
    return format_html(
        '<span class="stage stage--{}"><svg viewBox="0 0 16 16" aria-hidden="true">'
        '<circle class="stage__shape" cx="8" cy="8" r="6"/>{}</svg>{}</span>',
        code,
        mark_safe(STAGE_SIGNS.get(code, "")),  # noqa: S308  # nosec B308 B703: our own drawings
        words,
    )


Slots = tuple[tuple[bool, tuple[tuple[str, int], ...]], ...]


@lru_cache(maxsize=4096)
def _strip_words(slots: Slots) -> str:
    """How often each sign showed, as in "Avoidance in 3 of 7 held, 1 not held"."""
    held = [lanes for is_held, lanes in slots if is_held]
    words = []
    for entry in catalogue().manifestations:
        count = sum(any(code == entry.id for code, _ in lanes) for lanes in held)
        if count:
            words.append(f"{entry.word} in {count} of {len(held)} held")
    missed = len(slots) - len(held)
    if missed:
        words.append(f"{missed} not held")
    return ", ".join(words) or ("no signs" if slots else "no session yet")


@lru_cache(maxsize=4096)
def _strip_drawn(slots: Slots) -> SafeString:
    parts: list[str] = []
    first = (MOST_SLOTS - len(slots)) * SLOT_WIDTH
    for place, (is_held, lanes) in enumerate(slots):
        x = first + place * SLOT_WIDTH
        if not is_held:
            parts.append(
                f'<rect class="strip__slot--missed" x="{x + 0.5}" y=".5" '
                'width="10" height="43" rx="2"/>'
            )
            continue
        strengths = dict(lanes)
        for lane, entry in enumerate(catalogue().manifestations):
            y = lane * LANE
            parts.append(
                f'<rect class="strip__slot" x="{x}" y="{y}" width="11" height="8" rx="1.5"/>'
            )
            if entry.id in strengths:
                height = BAR[strengths[entry.id]]
                parts.append(
                    f'<rect class="strip__bar {entry.css}" x="{x}" y="{y + 8 - height}" '
                    f'width="11" height="{height}" rx="1.5"/>'
                )
    return mark_safe("".join(parts))  # noqa: S308  # nosec B308 B703: numbers and our own classes
