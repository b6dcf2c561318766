"""People from a list: first what would happen, row by row, then the invitations."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser

from people.models import Invitation, User
from tests.conftest import PASSWORD

SignIn = Callable[[User], Browser]
ADDRESS = "/people/import/"
SURE = {"password": PASSWORD}
GOOD = (
    "Email,Name,Roles,In training\n"
    "nora@example.test,Nora Berg,therapist,yes\n"
    'sam@example.test,Sam Ito,"therapist, supervisor",no\n'
    "lee@example.test,,,\n"
)
pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def hers(ada: User, client_for: SignIn) -> Browser:
    return client_for(ada)


def test_a_dry_run_invites_nobody_and_the_second_step_everybody(hers: Browser) -> None:
    page = hers.post(ADDRESS, SURE | {"text": GOOD}).content.decode()
    assert "All 3 rows can be invited" in page
    assert not Invitation.objects.exists()
    assert hers.post(ADDRESS, SURE | {"text": GOOD, "sure": "1"}).status_code == 302
    rows = {row.email: row for row in Invitation.objects.all()}
    assert set(rows) == {"nora@example.test", "sam@example.test", "lee@example.test"}
    assert rows["nora@example.test"].in_training
    assert rows["sam@example.test"].roles == ["supervisor", "therapist"]
    assert rows["lee@example.test"].roles == ["therapist"]
    assert len(mail.outbox) == 3


def test_a_file_does_as_well(hers: Browser) -> None:
    file = SimpleUploadedFile("people.csv", "\ufeff".encode() + GOOD.encode())
    assert "All 3 rows" in hers.post(ADDRESS, SURE | {"file": file}).content.decode()


def test_each_fault_is_named_with_its_row_and_nobody_is_invited(hers: Browser, thea: User) -> None:
    hers.post(
        "/people/invitations/new/",
        {"email": "asked@example.test", "roles": ["therapist"], "password": PASSWORD},
    )
    text = (
        "email,name,roles\n"
        "thea@example.test,Thea,therapist\n"
        "asked@example.test,,\n"
        "not an address,,\n"
        "new@example.test,,boss\n"
        "new@example.test,,therapist\n"
        "fine@example.test,,therapist\n"
    )
    for sure in ("", "1"):
        answer = hers.post(ADDRESS, SURE | {"text": text, "sure": sure})
        page = answer.content.decode()
        assert answer.status_code == 422
        for sentence in (
            "5 rows to mend",
            "There is an account at this address already.",
            "Somebody at this address is invited already.",
            "Write an address such as",
            "&#x27;boss&#x27; is no role.",
            "This address stands in the list twice.",
        ):
            assert sentence in page, sentence
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"text": ""}, "Choose a file, or paste at least one row."),
        ({"text": "name\nNora\n"}, "Begin with a row of names"),
        ({"text": "email\n"}, "there is no row"),
        ({"text": "email\n" + "a@example.test\n" * 201}, "At most 200 people"),
        ({"file": SimpleUploadedFile("p.csv", b"\xff\xfe\x00")}, "not text in UTF-8"),
        ({"file": SimpleUploadedFile("p.csv", b"x" * 70_000)}, "too long"),
        ({"text": '"' + "x" * 200_000}, "too long"),
        ({"file": SimpleUploadedFile("p.csv", b"email\na\x00b@example.test\n")}, "not text"),
    ],
)
def test_a_list_that_cannot_be_read(hers: Browser, sent: dict[str, Any], sentence: str) -> None:
    answer = hers.post(ADDRESS, SURE | sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Invitation.objects.exists()


def test_a_list_that_somebody_else_sent_meanwhile(
    hers: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    from people.views import invitations

    rows = invitations.read_people(GOOD, organisation=User.objects.get(name="Ada").organisation)
    hers.post(ADDRESS, SURE | {"text": GOOD, "sure": "1"})
    monkeypatch.setattr(invitations, "read_people", lambda *args, **kwargs: rows)
    page = hers.post(ADDRESS, SURE | {"text": GOOD, "sure": "1"}).content.decode()
    assert "Nobody was invited." in page
    assert Invitation.objects.count() == 3


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_rows_end_as_any_system_ends_them(hers: Browser, end: str) -> None:
    assert (
        "All 3 rows"
        in hers.post(ADDRESS, SURE | {"text": GOOD.replace("\n", end)}).content.decode()
    )
    file = SimpleUploadedFile("people.csv", GOOD.replace("\n", end).encode())
    assert "All 3 rows" in hers.post(ADDRESS, SURE | {"file": file}).content.decode()


def test_hundreds_of_rows_cost_no_more_queries(hers: Browser) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    hers.post(ADDRESS, SURE | {"text": GOOD})
    counts = []
    for size in (1, 150):
        rows = "".join(f"p{number}@example.test\n" for number in range(size))
        with CaptureQueriesContext(connection) as queries:
            hers.post(ADDRESS, SURE | {"text": f"email\n{rows}"})
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_without_the_password_nobody_is_invited(hers: Browser) -> None:
    answer = hers.post(ADDRESS, {"text": GOOD, "sure": "1", "password": ""})
    assert answer.status_code == 422
    assert "Give your password" in answer.content.decode()
    assert not Invitation.objects.exists()
