"""The commands that look after what is stored."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from people.models import Client, Organisation, User
from sessions_app.models import CaseSnapshot
from tests.people.letters import link_to

pytestmark = pytest.mark.usefixtures("inside")


def test_a_snapshot_that_says_otherwise_is_found_and_mended(stuck_heron: Client) -> None:
    call_command("rebuild")
    CaseSnapshot.objects.update(sessions_held=99, own_unrepaired=7)
    with pytest.raises(CommandError, match="rebuild --write"):
        call_command("rebuild")
    call_command("rebuild", write=True)
    call_command("rebuild")
    assert CaseSnapshot.objects.get().sessions_held == 4


NEW = {"administrator": "Ines@Eastside.example", "time_zone": "Europe/Lisbon"}


def test_a_new_organisation_begins_with_an_invitation(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_organisation", "Eastside", **NEW)
    out = capsys.readouterr().out
    link = link_to("ines@eastside.example")
    assert link in out
    assert "Eastside is there." in out
    browser = Browser()
    browser.post(link, {"name": "Ines", "password1": "seven quiet herons wading"})
    ines = User.objects.get(email="ines@eastside.example")
    assert (ines.roles, ines.organisation.time_zone) == (["administrator"], "Europe/Lisbon")
    assert browser.get("/people/")["Location"] == "/accounts/factors/", "a second factor first"


@pytest.mark.parametrize(
    ("name", "changed", "sentence"),
    [
        (" ", {}, "Give the organisation a name"),
        ("Northside", {}, "called Northside already"),
        ("Eastside", {"administrator": "nobody"}, "is no address"),
        ("Eastside", {"administrator": "thea@example.test"}, "account at this address already"),
        ("Eastside", {"time_zone": "Mars/North"}, "is no time zone"),
    ],
)
def test_what_cannot_be_makes_nothing(
    thea: User, name: str, changed: dict[str, str], sentence: str
) -> None:
    before = Organisation.objects.count()
    with pytest.raises(CommandError, match=sentence):
        call_command("create_organisation", name, **(NEW | changed))
    assert Organisation.objects.count() == before
