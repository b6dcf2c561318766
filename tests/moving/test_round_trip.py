"""An organisation is taken out, put into an empty place under other keys, and says the same."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client as Browser

from audit.models import AuditEvent
from impasse_tracker.moving import rows
from impasse_tracker.moving.archive import new_transfer_key
from people import walls
from people.models import Client, Organisation, User
from people.second_factor import SealedAdapter
from sessions_app.models import TherapySession
from tests.conftest import PASSWORD, empty_tables
from tests.house.tree import PACKAGES
from tests.rights.conftest import PROCESS, TEXT, whole_heron

__all__ = ["whole_heron"]
SignIn = Callable[[User], Browser]
pytestmark = pytest.mark.timeout(300)


def command(name: str, *options: Any) -> list[str]:
    out = io.StringIO()
    call_command(name, *map(str, options), stdout=out)
    return out.getvalue().splitlines()


def taken_out(name: str, folder: Path, number: int) -> list[str]:
    """What the export says of each table."""
    file, key = folder / f"{number}.jsonl", folder / f"{number}.key"
    return command("export_organisation", name, "--to", file, "--key-file", key)[:-1]


def test_every_table_goes_along_or_is_listed() -> None:
    ours = {model for model in apps.get_models() if model._meta.app_label in PACKAGES}
    assert set(rows.tables()) == ours - set(rows.STAYS) | set(rows.OF_ACCOUNTS)


def test_no_row_is_named_by_a_number_that_is_drawn_anew() -> None:
    for model in rows.tables():
        for field in model._meta.concrete_fields:
            if field.is_relation:
                target = field.related_model._meta.pk
                assert not isinstance(target, models.AutoField), field


def test_out_and_in_again(
    transactional_db: None, whole_heron: Client, ada: User, otto: User, tmp_path: Path,
    client_for: SignIn, settings: Any,
) -> None:  # fmt: skip
    secret = {"secret": SealedAdapter().encrypt("JBSWY3DPEHPK3PXP")}
    Authenticator.objects.create(user=ada, type="totp", data=secret)
    page = f"/clients/{whole_heron.pk}/"
    before = told(client_for(whole_heron.therapist).get(page))
    first = taken_out("Northside", tmp_path, 1)
    text = (tmp_path / "1.jsonl").read_text()
    with walls.inside(ada.organisation_id):
        assert AuditEvent.objects.last().kind == "organisation exported"
    told_of = rf"\b(Heron|{TEXT}|thea@|JBSWY3DPEHPK3PXP)"  # not letters by chance in sealed text
    assert not re.search(told_of, text)
    assert (tmp_path / "1.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="is here already"):
        command("import_organisation", tmp_path / "1.jsonl", "--key-file", tmp_path / "1.key")

    empty_tables()
    settings.FIELD_KEYS = [new_transfer_key()]
    arrived = command("import_organisation", tmp_path / "1.jsonl", "--key-file", tmp_path / "1.key")
    assert arrived[:-1] == first
    assert len(first) >= 30, "otherwise equal hashes would prove little"
    assert taken_out("Northside", tmp_path, 2) == first
    assert "whole" in command("verify_audit")[0]
    thea = User.objects.get(name="Thea")
    assert thea.check_password(PASSWORD)
    factor = Authenticator.objects.get()
    assert SealedAdapter().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert told(client_for(thea).get(page)) == before
    assert client_for(thea).get("/today/").status_code == 200
    with walls.inside(thea.organisation_id):
        assert PROCESS in set(map(str, (s.process_note for s in TherapySession.objects.all())))


def told(response: Any) -> list[str]:
    """The page without what is drawn for each request."""
    assert response.status_code == 200
    lines = response.content.decode().splitlines()
    return [line for line in lines if "csrfmiddlewaretoken" not in line]


def test_a_file_that_does_not_fit_leaves_nothing(
    transactional_db: None, heron: Client, tmp_path: Path, monkeypatch: Any
) -> None:
    taken_out("Northside", tmp_path, 1)
    empty_tables()
    lines = (tmp_path / "1.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "short.jsonl").write_text("".join(lines[:-1]))
    for file, said in (("short.jsonl", "cut off"), ("none.jsonl", "cannot be read")):
        with pytest.raises(CommandError, match=said):
            command("import_organisation", tmp_path / file, "--key-file", tmp_path / "1.key")
        assert not Organisation.objects.exists()
    whole = (tmp_path / "1.jsonl", "--key-file", tmp_path / "1.key")
    for harm, said in HARMS.items():
        with monkeypatch.context() as patch:
            patch.setattr(rows, "from_line", harm)
            with pytest.raises(CommandError, match=said):
                command("import_organisation", *whole)
        assert not Organisation.objects.exists()
        assert not User.objects.exists()


FROM_LINE = rows.from_line


def with_another_name(model: Any, said: dict[str, Any]) -> Any:
    return FROM_LINE(model, said | ({"code_name": "Otherwise"} if model is Client else {}))


def without_a_column(model: Any, said: dict[str, Any]) -> Any:
    return FROM_LINE(model, {key: said[key] for key in said if (model, key) != (Client, "rhythm")})


HARMS = {
    with_another_name: "not what the file says",
    without_a_column: "does not fit this version: 'rhythm'",
}


def test_what_is_not_there_cannot_be_taken_out(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no organisation called Nowhere"):
        taken_out("Nowhere", tmp_path, 1)
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_written_over(clinic: Organisation, tmp_path: Path) -> None:
    (tmp_path / "1.key").write_text("kept")
    with pytest.raises(CommandError, match="there already"):
        taken_out("Northside", tmp_path, 1)
    assert (tmp_path / "1.key").read_text() == "kept"
    assert not (tmp_path / "1.jsonl").exists()
