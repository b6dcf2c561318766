"""A trace without what is long, kept by the database: lists read it of many cases at once."""

from typing import ClassVar

from django.db import migrations, models

WITHOUT_WHAT_IS_LONG = (
    "%(expressions)s - '{basis,blind_spots,causes,clears,client_strategies,confidence,facts,"
    "fingerprint,hue,methods,rule,sessions,softened,source,techniques,therapist_strategies,"
    "version}'::text[]"
)


def in_short(trace: str) -> models.GeneratedField:
    return models.GeneratedField(
        db_persist=True,
        expression=models.Func(models.F(trace), template=WITHOUT_WHAT_IS_LONG),
        output_field=models.JSONField(null=True),
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("impasses", "0009_client_of_rows")]
    operations: ClassVar = [
        migrations.AddField("suggestion", "gist", in_short("trace")),
        migrations.AddField("suggestion", "shared_gist", in_short("shared_trace")),
    ]
