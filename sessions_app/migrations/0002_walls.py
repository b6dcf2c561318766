"""Row-level security by organisation on every table that belongs to one."""

from typing import ClassVar

from django.db import migrations

from people.walls import no_policy_sql, policy_sql

TABLES = [
    "sessions_app_therapysession",
    "sessions_app_tag",
    "sessions_app_theme",
    "sessions_app_measurement",
    "sessions_app_sessiondraft",
    "sessions_app_sessionrevision",
    "sessions_app_casesnapshot",
]


class Migration(migrations.Migration):
    """The second wall behind `visible_to`."""

    dependencies: ClassVar = [("sessions_app", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(policy_sql(table), no_policy_sql(table)) for table in TABLES
    ]
