"""Taking an organisation out as of one moment."""

import json
from typing import TextIO

from django.db import connection, transaction

from impasse_tracker.moving import archive, rows
from impasse_tracker.moving.actions import Manifest, note_export
from people import walls
from people.models import Organisation


def export_organisation(*, organisation: Organisation, out: TextIO, key: str) -> Manifest:
    """Write every row to a file as of one moment; afterwards it is on record here that it went.

    The event is no part of the file, so that a copy that was put in elsewhere says the same.
    """
    writer, found = archive.Writer(out, key), {}
    with walls.inside(organisation.pk):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            for model in rows.tables():
                tally, label = rows.Tally(), model._meta.label
                for line in rows.lines_of(model, organisation):
                    writer.write(f'["{label}",{tally.add(line)}]')
                found[label] = tally.said
        manifest = {"organisation": str(organisation.pk), "tables": found}
        writer.write(json.dumps(manifest))
        note_export(organisation=organisation, manifest=manifest)
    return manifest
