"""Putting an organisation in, whole or not at all, and noting that one was taken out."""

from collections.abc import Iterable
from itertools import groupby, islice
from typing import Any

from django.db import IntegrityError, transaction

from audit.chain import check_chain
from audit.record import Program, record
from impasse_tracker.moving import archive, rows
from people import walls
from people.actions import NotAllowed
from people.models import Organisation

Manifest = dict[str, Any]


@transaction.atomic
def note_export(*, organisation: Organisation, manifest: Manifest) -> None:
    """Put on record that the organisation was taken out."""
    record(
        "organisation exported",
        by=Program(organisation.pk),
        target_kind="organisation",
        target_id=organisation.pk,
        target_label=organisation.name,
        detail={"rows": sum(each["rows"] for each in manifest["tables"].values())},
    )


@transaction.atomic
def import_organisation(*, lines: Iterable[str], key: str) -> Manifest:
    """Put an organisation in, under the ids it had; refused where one of them is here already.

    What stands in the database afterwards is read again and compared with the file's manifest, the
    chain of events is checked, and if either differs nothing stays.
    """
    said = archive.read(lines, key)
    try:
        organisation = _first(said)
        with walls.inside(organisation.pk):
            manifest = _insert(said, organisation)
            here = {"organisation": str(organisation.pk), "tables": rows.manifest_of(organisation)}
            if here != manifest or check_chain(organisation.pk).faults:
                raise NotAllowed("What arrived is not what the file says. Nothing was kept.")
    except (IntegrityError, KeyError) as error:  # the latter: a column that is not in the file
        raise NotAllowed(
            "Something of it is here already, or does not fit this version: "
            f"{str(error).splitlines()[0]}. Nothing was kept."
        ) from None
    return manifest


def _first(said: Any) -> Organisation:
    """The organisation itself, which stands first."""
    first = next(said, None)
    if not isinstance(first, list) or first[0] != Organisation._meta.label:
        raise archive.Unreadable("The file does not begin with an organisation.")
    organisation = rows.from_line(Organisation, first[1])
    if not isinstance(organisation, Organisation) or rows.is_here(organisation):
        raise NotAllowed(f"{first[1]['name']} is here already. Nothing was changed.")
    organisation.save(force_insert=True)
    return organisation


def _insert(said: Any, organisation: Organisation) -> Manifest:
    """Every row, table by table; the manifest at the end."""
    known = {model._meta.label: model for model in rows.tables()}
    last: Manifest | None = None
    for label, lines in groupby(said, lambda line: line[0] if isinstance(line, list) else ""):
        if not label:
            (last,) = lines
            continue
        if label not in known:
            raise NotAllowed(f"This version knows no {label}. Nothing was kept.")
        made = (rows.from_line(known[label], line[1]) for line in lines)
        while batch := list(islice(made, rows.CHUNK)):
            known[label]._base_manager.bulk_create(batch)
    if last is None:
        raise archive.Unreadable("The file was cut off: its manifest is missing.")
    return last
