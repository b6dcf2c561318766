"""Every field has its label, clinical words are sealed, every table stands behind the wall."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from people.encryption import EncryptedTextField
from tests.house.tree import PACKAGES

LABELS = {"clinical", "personal", "operational"}
TEXT = (models.CharField, models.TextField, models.JSONField)
PLAIN_CLINICAL = {
    "AgendaItem.wish": "one of five wishes",
    "Client.ended_reason": "one of six choices",
    "Client.baseline": "ids of the catalogue",
    "Suggestion.rule": "the id of a rule",
    "Suggestion.types": "ids of the catalogue",
    "Suggestion.causes": "ids of the catalogue",
    "Suggestion.therapist_strategies": "ids of the catalogue",
    "Suggestion.client_strategies": "ids of the catalogue",
    "Suggestion.techniques": "ids of the catalogue",
    "Suggestion.trace": "written by the rules: counts, thresholds and ids, none of it typed",
    "Suggestion.shared_trace": "the same",
    "Suggestion.withheld_trace": "the same",
    "Suggestion.told": "ids of sessions and of the catalogue",
    "Suggestion.state": "one of five choices",
    "Episode.stage": "one of six choices",
    "TrendSummary.own": "counts, and ids of cases",
    "TrendSummary.shared": "the same",
    "TrendVersion.own": "the same",
    "TrendVersion.shared": "the same",
    "Episode.causes": "ids of the catalogue",
    "Episode.repaired": "one of four choices",
    "Episode.growth": "ids of the catalogue",
    "EpisodeMove.before": "one of six choices",
    "EpisodeMove.after": "one of six choices",
    "Hypothesis.type": "the id of a type",
    "PlanStep.strategy": "the id of a strategy",
    "Trial.outcome": "one of five choices",
    "TherapySession.attendance": "one of five choices",
    "TherapySession.task": "one of four choices",
    "TherapySession.repair": "one of three choices",
    "TherapySession.repair_steps": "of three choices",
    "Tag.code": "the id of a mark",
    "Tag.sub_forms": "ids of the catalogue",
    "Tag.private_forms": "ids of the catalogue",
    "Tag.how": "one of two choices",
    "Measurement.instrument": "the name of a questionnaire",
    "Measurement.completed_by": "one of two choices",
    "CaseSnapshot.own_strip": "ids, numbers and days",
    "CaseSnapshot.shared_strip": "the same",
    "RuleReplay.result": "weeks, counts, ids of clients and of rules",
    "CaseSnapshot.safety_from": "one of two choices",
    "CaseSnapshot.own_unjudged": "rules by id, and sentences of ours",
}
OUTSIDE_THE_WALL = {
    "people_user": "sign-in comes before the organisation is known",
    "people_invitation": "whoever follows the link has not said yet where they belong",
    "people_emailchange": "the same",
    "people_organisation": "it is what the wall is made of",
}
ENGINES_OWN = {
    "auth_group": "empty: roles are ours",
    "auth_group_permissions": "the same",
    "auth_permission": "the same for everybody, and unused",
    "cache_entries": "tries at signing in, by hash; codes used once; when beat was last seen",
    "django_content_type": "the names of our tables",
    "django_migrations": "the names of our migrations",
    "django_session": "a sign-in is found by its cookie, before the person is known",
    "account_emailaddress": "empty: an address is the person's",
    "account_emailconfirmation": "the same",
    "mfa_authenticator": "asked at signing in; secrets sealed, found through the person",
    "usersessions_usersession": "where a person is signed in, found through the person",
}
OURS = [model for model in apps.get_models() if model._meta.app_label in PACKAGES]


def ids(model: Any) -> str:
    return str(model.__name__)


def test_there_are_models_to_look_at() -> None:
    assert {"Client", "TherapySession", "Suggestion", "AuditEvent"} <= {m.__name__ for m in OURS}


@pytest.mark.parametrize("model", OURS, ids=ids)
def test_every_field_has_a_privacy_label_and_no_label_is_left_over(model: Any) -> None:
    fields = {field.name for field in model._meta.get_fields() if field.concrete}
    fields -= {"id"} if "id" not in model.privacy else set()
    assert set(model.privacy) == fields
    assert set(model.privacy.values()) <= LABELS


@pytest.mark.parametrize("model", OURS, ids=ids)
def test_every_model_says_what_it_is_in_a_sentence(model: Any) -> None:
    sentence = (model.__doc__ or "").strip()
    assert sentence
    assert not sentence.startswith(f"{model.__name__}("), "Django's own, not ours"
    assert sentence.endswith((".", "?", "`"))


def kind(field: Any) -> Any:
    return field.base_field if isinstance(field, ArrayField) else field


def test_every_clinical_text_is_sealed_or_listed_with_its_reason() -> None:
    plain = {
        f"{model.__name__}.{field.name}"
        for model in OURS
        for field in model._meta.concrete_fields
        if model.privacy.get(field.name) == "clinical"
        and isinstance(kind(field), TEXT)
        and not isinstance(field, EncryptedTextField)
    }
    assert plain == set(PLAIN_CLINICAL)


def test_every_sealed_field_is_clinical() -> None:
    for model in OURS:
        for field in model._meta.concrete_fields:
            if isinstance(field, EncryptedTextField):
                assert model.privacy[field.name] == "clinical", field


def test_a_sealed_row_has_a_uuid_before_it_is_inserted() -> None:
    for model in OURS:
        if any(isinstance(f, EncryptedTextField) for f in model._meta.concrete_fields):
            assert isinstance(model._meta.pk, models.UUIDField), model
            assert model().pk is not None, model


def test_pages_have_uuids_of_version_7() -> None:
    for model in OURS:
        key = model._meta.pk
        if isinstance(key, models.UUIDField) and key.has_default():
            assert model().pk.version == 7, model


def belongs(model: Any) -> str | None:
    names = {field.column for field in model._meta.concrete_fields}
    return "organisation_id" if "organisation_id" in names else None


def test_every_row_of_ours_belongs_to_an_organisation() -> None:
    alone = {model._meta.db_table for model in OURS if not belongs(model)}
    assert alone == {"people_organisation"}


@pytest.mark.parametrize("model", [m for m in OURS if m.__name__ != "User"], ids=ids)
def test_the_organisation_leads_every_unique_constraint_and_index(model: Any) -> None:
    if not belongs(model):
        return
    for index in [*model._meta.indexes, *model._meta.constraints]:
        names = [*getattr(index, "fields", ())]
        names += [str(getattr(e, "name", e)) for e in getattr(index, "expressions", ())]
        if isinstance(index, models.CheckConstraint):
            continue
        assert names[0].startswith("organisation"), f"{model.__name__}: {index.name}"


# --- in the database itself ------------------------------------------------------------------


def ask(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def test_every_table_is_known_here(db: None) -> None:
    tables = {name for (name,) in ask("SELECT tablename FROM pg_tables WHERE schemaname='public'")}
    assert tables == {model._meta.db_table for model in OURS} | set(ENGINES_OWN)


def test_every_table_of_an_organisation_stands_behind_the_wall(db: None) -> None:
    rows = ask(
        "SELECT c.relname, c.relrowsecurity, p.polcmd, p.polpermissive, "
        "pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) "
        "FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public' "
        "WHERE c.relkind = 'r'"
    )
    wall = "(organisation_id = (current_setting('impasse.organisation'::text))::uuid)"
    behind = {
        name: (command, using, check)
        for name, enabled, command, permissive, using, check in rows
        if enabled and permissive
    }
    assert len(rows) == len({name for name, *_ in rows}), "one policy a table"
    tenant = {model._meta.db_table for model in OURS if belongs(model)} - set(OUTSIDE_THE_WALL)
    assert set(behind) == tenant
    for name, (command, using, check) in behind.items():
        assert (command, using) == ("*", wall), name
        assert check == wall or name == "audit_audithead", name


def test_the_web_owns_nothing_and_cannot_go_round(db: None) -> None:
    assert ask("SELECT current_user") == [("impasse_web",)]
    assert ask(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication "
        "FROM pg_roles WHERE rolname = 'impasse_web'"
    ) == [(False,) * 5]
    assert ask("SELECT count(*) FROM pg_class WHERE relowner = 'impasse_web'::regrole") == [(0,)]
    assert ask("SELECT count(*) FROM pg_proc WHERE proowner = 'impasse_web'::regrole") == [(0,)]
    assert ask("SELECT count(*) FROM pg_auth_members WHERE member = 'impasse_web'::regrole") == [
        (0,)
    ]
    assert ask(
        "SELECT has_schema_privilege('public', 'CREATE'), "
        "has_table_privilege('django_migrations', 'INSERT')"
    ) == [(False, False)]
    may_truncate = ask(
        "SELECT relname FROM pg_class WHERE relkind = 'r' "
        "AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'TRUNCATE')"
    )
    assert may_truncate == []


def test_views_and_functions_do_not_look_over_the_wall(db: None) -> None:
    """A view, or a function running as the owner, would read past the policies."""
    assert ask("SELECT viewname FROM pg_views WHERE schemaname = 'public'") == []
    definers = ask(
        "SELECT proname, proconfig FROM pg_proc WHERE prosecdef "
        "AND pronamespace = 'public'::regnamespace"
    )
    assert definers == [("audit_chain", ["search_path=public, pg_temp"])]


def test_nobody_wrote_a_migration_that_is_missing(db: None) -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_personal_words_stand_in_few_places() -> None:
    """What identifies somebody is named, so that erasing it can be complete."""
    personal = {
        f"{model.__name__}.{name}"
        for model in OURS
        for name, label in model.privacy.items()
        if label == "personal"
    }
    assert personal == {
        "User.email", "User.name", "User.last_login", "Client.code_name",
        "Invitation.email", "Invitation.name", "EmailChange.old_email", "EmailChange.new_email",
        "AuditEvent.actor_label", "AuditEvent.target_label",
    }  # fmt: skip
