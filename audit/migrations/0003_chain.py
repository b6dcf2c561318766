"""The chain: the database numbers and hashes each event, and nothing can be changed afterwards."""

from typing import ClassVar

from django.db import migrations

DIGEST = """
CREATE FUNCTION audit_digest(previous text, e audit_auditevent) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(jsonb_build_array(
    previous, e.organisation_id, e.sequence, extract(epoch FROM e.at), e.kind, e.actor_id,
    e.actor_label, e.target_kind, e.target_id, e.target_label, e.detail
  )::text, 'UTF8')), 'hex');
$$;
"""

CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
DECLARE head audit_audithead;
BEGIN
  INSERT INTO audit_audithead (organisation_id, sequence, hash)
    VALUES (NEW.organisation_id, 0, '') ON CONFLICT DO NOTHING;
  SELECT * INTO head FROM audit_audithead
    WHERE organisation_id = NEW.organisation_id FOR UPDATE;
  NEW.sequence := head.sequence + 1;
  NEW.previous_hash := head.hash;
  NEW.hash := audit_digest(head.hash, NEW);
  UPDATE audit_audithead SET sequence = NEW.sequence, hash = NEW.hash
    WHERE organisation_id = NEW.organisation_id;
  RETURN NEW;
END;
$$;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_auditevent
  FOR EACH ROW EXECUTE FUNCTION audit_chain();
"""

WALL = """
REVOKE UPDATE, DELETE ON audit_auditevent FROM impasse_web;
REVOKE INSERT, UPDATE, DELETE ON audit_audithead FROM impasse_web;
ALTER TABLE audit_auditevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_audithead ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation_wall ON audit_auditevent
  USING (organisation_id = current_setting('impasse.organisation')::uuid)
  WITH CHECK (organisation_id = current_setting('impasse.organisation')::uuid);
CREATE POLICY organisation_wall ON audit_audithead
  USING (organisation_id = current_setting('impasse.organisation')::uuid);
"""

UNDO = """
DROP TRIGGER audit_chain ON audit_auditevent;
DROP FUNCTION audit_chain();
DROP FUNCTION audit_digest(text, audit_auditevent);
DROP POLICY organisation_wall ON audit_auditevent;
DROP POLICY organisation_wall ON audit_audithead;
ALTER TABLE audit_auditevent DISABLE ROW LEVEL SECURITY;
ALTER TABLE audit_audithead DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    """A head row an organisation is locked for each event, so that no link can break."""

    dependencies: ClassVar = [("audit", "0002_events")]
    operations: ClassVar = [
        migrations.RunSQL(DIGEST + CHAIN + WALL, UNDO),
    ]
