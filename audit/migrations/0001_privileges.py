"""What the web's login may do: read and write rows, own and change nothing."""

from typing import ClassVar

from django.db import migrations

GRANTS = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'impasse_web') THEN
    RAISE EXCEPTION 'The login impasse_web does not exist. Create it first: see docs/operations.md.';
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO impasse_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO impasse_web;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO impasse_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO impasse_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO impasse_web;
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM impasse_web;
"""

CACHE = """
CREATE TABLE cache_entries (
  cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX cache_entries_expires ON cache_entries (expires);
"""


class Migration(migrations.Migration):
    """Grants for tables that exist and, by default privileges, for all that follow."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(CACHE, "DROP TABLE cache_entries"),
    ]
