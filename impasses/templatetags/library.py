"""What stands around an entry of the library."""

from typing import Any

from django import template

from impasses import library
from impasses.catalogue import Entry

register = template.Library()


@register.inclusion_tag("impasses/_library_around.html")
def around(entry: Entry) -> dict[str, Any]:
    """Its place in the source document, the rules that name it, and its neighbours."""
    return {"around": library.around(entry.id)}
