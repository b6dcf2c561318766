"""The chain's function looks for its tables in `public` before it looks among temporary ones.

Temporary tables come first unless they are named last: the web's login could have made a head of
its own, and the next event would have been numbered by it.
"""

from typing import ClassVar

from django.db import migrations

FIRST = "ALTER FUNCTION audit_chain() SET search_path = public, pg_temp"
BEFORE = "ALTER FUNCTION audit_chain() SET search_path = public"


class Migration(migrations.Migration):
    """A function that works as the owner is led nowhere else."""

    dependencies: ClassVar = [("audit", "0005_longer_labels")]
    operations: ClassVar = [migrations.RunSQL(FIRST, BEFORE)]
