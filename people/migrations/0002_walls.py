"""Row-level security by organisation on every table that belongs to one."""

from typing import ClassVar

from django.db import migrations

from people.walls import no_policy_sql, policy_sql

TABLES = ["people_supervision", "people_client", "people_staleperiod"]


class Migration(migrations.Migration):
    """The second wall behind `visible_to`."""

    dependencies: ClassVar = [("people", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(policy_sql(table), no_policy_sql(table)) for table in TABLES
    ]
