"""A list of people as a file: read row by row, each fault with its row and what to do."""

import csv
import io
from dataclasses import dataclass
from typing import Any

from django import forms

from people.account_forms import InvitedForm
from people.forms import TextField
from people.models import Invitation, Organisation, User
from people.permissions import Role
from people.reauthentication import SureForm

COLUMNS = ("email", "name", "roles", "in_training")
MOST_ROWS = 200
LONGEST = 64 * 1024  # bytes
YES = ("yes", "y", "true", "1", "x")
TOO_LONG = "That is too long: split it into lists of 200 people."


@dataclass(frozen=True)
class Row:
    """One line of the file: who it would invite, or what is wrong with it."""

    number: int
    email: str
    name: str
    roles: tuple[str, ...]
    in_training: bool
    fault: str = ""

    @property
    def as_invited(self) -> dict[str, Any]:
        return {
            "email": self.email,
            "name": self.name,
            "roles": self.roles,
            "in_training": self.in_training,
        }


class ImportForm(SureForm):
    """The list, as a file or pasted; `sure` once it was looked at."""

    file = forms.FileField(label="A file", required=False, help_text="CSV, in UTF-8.")
    text = TextField(
        label="Or paste the rows",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
    )
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)
    field_order = ("file", "text", "sure", "password")

    def clean(self) -> dict[str, Any]:
        super().clean()
        file = self.cleaned_data.get("file")
        if file and file.size > LONGEST:
            self.add_error("file", TOO_LONG)
        elif file:
            try:
                self.cleaned_data["text"] = plain_text(file.read())
            except ValueError:
                self.add_error("file", "That is not text in UTF-8. Save it as CSV (UTF-8).")
        if len(self.cleaned_data.get("text", "")) > LONGEST:
            self.add_error("text", TOO_LONG)
        if not self.errors and not self.cleaned_data.get("text", "").strip():
            self.add_error("text", "Choose a file, or paste at least one row.")
        return self.cleaned_data


def plain_text(content: bytes) -> str:
    """What a file says; ValueError for what is no text in UTF-8."""
    text = content.decode("utf-8-sig")
    if "\0" in text:
        raise ValueError
    return text


def read_people(text: str, *, organisation: Organisation) -> list[Row]:
    """Every row with its fault, if it has one. Three queries, whatever the length."""
    cells = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")))
    lines = [line for line in cells if any(cell.strip() for cell in line)]
    names = [cell.strip().lower().replace(" ", "_") for cell in lines[0]] if lines else []
    if "email" not in names:
        first = Row(1, "", "", (), False, f"Begin with a row of names: {', '.join(COLUMNS)}.")
        return [first]
    if len(lines) - 1 > MOST_ROWS:
        return [Row(MOST_ROWS + 1, "", "", (), False, f"At most {MOST_ROWS} people at a time.")]
    rows = [
        _row(number, dict(zip(names, line, strict=False)))
        for number, line in enumerate(lines[1:], 2)
    ]
    if not rows:
        return [Row(2, "", "", (), False, "Below the names of the columns there is no row.")]
    return _without_doubles(rows, organisation)


def _row(number: int, cells: dict[str, str]) -> Row:
    said = {name: cells.get(name, "").strip() for name in COLUMNS}
    wanted = [role.strip().lower() for role in said["roles"].replace(";", ",").split(",")]
    roles = [role for role in wanted if role] or [Role.THERAPIST.value]
    form = InvitedForm({"email": said["email"], "name": said["name"], "roles": roles})
    is_valid = form.is_valid()
    unknown = [role for role in roles if role not in list(Role)]
    fault = ""
    if unknown:
        fault = f"{unknown[0]!r} is no role. Write {', '.join(Role)}."
    elif not is_valid:
        fault = " ".join(str(message) for errors in form.errors.values() for message in errors)
    return Row(
        number,
        said["email"].lower(),
        form.cleaned_data.get("name", said["name"]),
        tuple(roles),
        said["in_training"].lower() in YES,
        fault,
    )


def _without_doubles(rows: list[Row], organisation: Organisation) -> list[Row]:
    """A fault for each address that has an account, is invited, or stands there twice."""
    emails = [row.email for row in rows]
    known = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    asked = set(
        Invitation.objects.filter(
            organisation=organisation, email__in=emails, accepted_at=None, revoked_at=None
        ).values_list("email", flat=True)
    )
    found, seen = [], set()
    for row in rows:
        fault = row.fault
        if row.email in known:
            fault = fault or "There is an account at this address already."
        elif row.email in asked:
            fault = fault or "Somebody at this address is invited already."
        elif row.email in seen:
            fault = fault or "This address stands in the list twice."
        seen.add(row.email)
        found.append(Row(row.number, row.email, row.name, row.roles, row.in_training, fault))
    return found
