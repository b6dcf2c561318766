"""Each suggestion knows whose private items its trace may rest on."""

from typing import ClassVar

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FROM_THE_CLIENT = """
UPDATE impasses_suggestion AS s SET therapist_id = c.therapist_id
FROM people_client AS c WHERE c.id = s.client_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


def therapist(*, null: bool) -> models.ForeignKey:
    return models.ForeignKey(
        help_text="Whose private items `trace` may rest on: nobody else reads it.",
        null=null,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    """Until now it was the client's therapist, always."""

    dependencies: ClassVar = [("impasses", "0005_episodes"), ("people", "0005_accounts")]
    operations: ClassVar = [
        migrations.AddField("suggestion", "therapist", therapist(null=True)),
        migrations.RunSQL(FROM_THE_CLIENT, migrations.RunSQL.noop),
        migrations.AlterField("suggestion", "therapist", therapist(null=False)),
    ]
