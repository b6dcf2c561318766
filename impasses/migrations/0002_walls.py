"""Row-level security by organisation on every table that belongs to one."""

from typing import ClassVar

from django.db import migrations

from people.walls import no_policy_sql, policy_sql

TABLES = ["impasses_suggestion", "impasses_planstep", "impasses_trial"]


class Migration(migrations.Migration):
    """The second wall behind `visible_to`."""

    dependencies: ClassVar = [("impasses", "0001_initial")]
    operations: ClassVar = [
        migrations.RunSQL(policy_sql(table), no_policy_sql(table)) for table in TABLES
    ]
