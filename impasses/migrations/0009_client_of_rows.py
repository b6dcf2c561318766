"""The client of each move and each answer, so that the latest of a case is found at once."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

FROM_WHAT_THEY_BELONG_TO = """
UPDATE impasses_episodemove AS m SET client_id = e.client_id
FROM impasses_episode AS e WHERE e.id = m.episode_id;
UPDATE impasses_trial AS t SET client_id = s.client_id
FROM impasses_planstep AS s WHERE s.id = t.step_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


def client(of: str, *, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        help_text=f"That of the {of}.",
        null=null,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to="people.client",
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("impasses", "0008_withheld"), ("people", "0007_handover")]
    operations: ClassVar = [
        migrations.AddField("episodemove", "client", client("impasse", null=True)),
        migrations.AddField("trial", "client", client("step", null=True)),
        migrations.RunSQL(FROM_WHAT_THEY_BELONG_TO, migrations.RunSQL.noop),
        migrations.AlterField("episodemove", "client", client("impasse", null=False)),
        migrations.AlterField("trial", "client", client("step", null=False)),
        migrations.AddIndex(
            "episodemove",
            models.Index(
                fields=["organisation", "client", "-on"],
                condition=Q(is_forward=True, undone_at=None),
                name="episode_move_forward",
            ),
        ),
        migrations.AddIndex(
            "trial",
            models.Index(
                fields=["organisation", "client", "-on"],
                condition=Q(outcome="helped"),
                name="trial_helped",
            ),
        ),
    ]
