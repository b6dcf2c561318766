"""What every page draws the same way: icons, dates, and the fields of a form."""

from collections.abc import Hashable, Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from people.dates import style, written_clock, written_day

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, extra: str = "") -> SafeString:
    """A sign of the sprite, as in `{% icon "m1" %}`; decoration only, the word stands beside it."""
    return format_html(
        '<svg class="{}" aria-hidden="true" viewBox="0 0 24 24"><use href="#i-{}"/></svg>',
        f"icon {extra}".rstrip(),
        name,
    )


# --- rows of long tables -------------------------------------------------------------------------


@register.simple_tag
def drawn(template: str, row: Hashable) -> SafeString:
    """A row of a table, or a form, by its own template; drawn once as long as it stays the same.

    The template may show the `row` and nothing else: who looks and where it stands must not matter.
    """
    zone = timezone.get_current_timezone_name()
    return _drawn(template, row, zone, style(), timezone.localdate().year)


@lru_cache(maxsize=2048)
def _drawn(template: str, row: Hashable, zone: str, dates: str, year: int) -> SafeString:
    return render_to_string(template, {"row": row})


# --- dates, in the reader's time zone ------------------------------------------------------------


def _local(moment: date | datetime) -> date | datetime:
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment


@register.filter
def day(moment: date | datetime | None) -> str:
    """As in "Tue 3 Nov", in the reader's style; with the year when it is not this one."""
    if not moment:
        return ""
    return written_day(_local(moment), this_year=timezone.localdate().year)


@register.filter
def long_day(moment: date | datetime | None) -> str:
    """As in "Tuesday 3 November"; with the year when it is not this one."""
    if not moment:
        return ""
    return written_day(_local(moment), this_year=timezone.localdate().year, long=True)


@register.filter
def clock(moment: datetime | None) -> str:
    """As in "14:00"."""
    return written_clock(timezone.localtime(moment)) if moment else ""


@register.filter
def day_time(moment: datetime | None) -> str:
    """As in "Tue 3 Nov, 14:00"."""
    return f"{day(moment)}, {clock(moment)}" if moment else ""


# --- words ---------------------------------------------------------------------------------------


@register.filter
def no_stop(words: str) -> str:
    """A sentence without its full stop, to go on in the same line."""
    return words.rstrip().removesuffix(".")


# --- fields of a form drawn by hand --------------------------------------------------------------


@register.filter
def field(form: forms.Form, name: str) -> BoundField:
    """A field whose name a template cannot spell, as in `form|field:"scores-by"`."""
    return form[name]


@register.filter
def fields_of(names: str, form: forms.Form) -> list[BoundField]:
    """Some fields of a form in an order, as in `"since until"|fields_of:form`."""
    return [form[name] for name in names.split()]


@register.filter
def target(bound: BoundField) -> str:
    """The id a link in the list of errors goes to: the input, or the group of a field's choices."""
    return bound.id_for_label or bound.auto_id


@register.filter
def answered(pairs: Iterable[tuple[Any, BoundField]], but: str = "") -> bool:
    """Whether a field among pairs of (thing, field) has an answer; the thing `but` is left out."""
    return any(
        bound.value() not in (None, "") for thing, bound in pairs if getattr(thing, "id", "") != but
    )


@register.simple_tag
def control(bound: BoundField, hint: str = "", **attrs: str) -> SafeString:
    """A field's own input in our look, joined to its hint and its error.

    `hint` is the id of a hint beside it; further attributes as in `inputmode="decimal"`; `type`
    as in "text" for a number, so that what is no number comes back to be mended. The
    browser cuts nothing off: what is too long is said by the form, and comes back whole.
    """
    widget = bound.field.widget
    if "type" in attrs and isinstance(widget, forms.widgets.Input):
        widget.input_type = attrs.pop("type")
    ground = "form-select" if isinstance(widget, forms.Select) else "form-control"
    css = [ground, *attrs.pop("class", "").split()]
    described = [hint] if hint else []
    if bound.errors:
        css.append("is-invalid")
        described.append(f"{bound.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    ours: dict[str, Any] = {"autocomplete": "off", "maxlength": False, **attrs}
    return bound.as_widget(attrs={**ours, "class": " ".join(css)})


@register.inclusion_tag("_components/field_errors.html")
def errors(bound: BoundField) -> dict[str, Any]:
    """What is wrong with one field, in red under it; nothing when all is well."""
    return {"field": bound}


@register.inclusion_tag("_components/chips.html")
def chips(bound: BoundField, *, readers: str = "", icons: bool = False) -> dict[str, Any]:
    """The choices of a field as chips: radios or checkboxes, as its widget says.

    `readers` names who reads what is shared, as in "Sunil Rao"; `icons` puts an eye or a lock
    before the choices of who may read.
    """
    return {"field": bound, "readers": readers, "icons": icons}


@register.inclusion_tag("_components/scale.html")
def scale(bound: BoundField, lowest: int, highest: int) -> dict[str, Any]:
    """A question answered with one tap on a row of whole numbers."""
    chosen = str(bound.value())
    points = [(point, str(point) == chosen) for point in range(lowest, highest + 1)]
    return {"field": bound, "points": points}
