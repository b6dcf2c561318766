"""A picture for a phone's camera, as one SVG path: prints, needs no script and no image."""

import qrcode
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
QUIET = 4  # modules of white around it, as the standard asks


@register.simple_tag
def qr(text: str) -> SafeString:
    """The QR code of a text, black on white in every theme."""
    code = qrcode.QRCode(border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    side = len(rows) + 2 * QUIET
    path = "".join(
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return format_html(
        '<svg class="qr" role="img" aria-label="QR code for the app" viewBox="0 0 {} {}">'
        '<rect width="100%" height="100%"/><path d="{}"/></svg>',
        side,
        side,
        path,
    )
