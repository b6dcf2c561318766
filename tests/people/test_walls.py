"""The wall between organisations: what the database itself refuses to the web's login."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from people import walls
from people.models import Client, Organisation, User
from sessions_app.models import TherapySession
from tests.conftest import log


def codes() -> list[str]:
    return sorted(Client.objects.values_list("code_name", flat=True))


def test_inside_one_sees_ones_own_organisation_alone(
    heron: Client, wren: Client, otto: User
) -> None:
    assert codes() == ["Heron"]
    with walls.inside(otto.organisation_id):
        assert codes() == ["Wren"]
    assert codes() == ["Heron"]


def test_while_no_organisation_is_set_a_query_is_an_error(clinic: Organisation) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Client.objects.all())


def test_after_the_wall_is_left_a_query_is_an_error_again(clinic: Organisation) -> None:
    with walls.inside(clinic.pk):
        assert codes() == []
    assert walls.current() == ""
    with pytest.raises(DatabaseError), transaction.atomic():
        Client.objects.count()


def test_an_unknown_organisation_shows_nothing(heron: Client) -> None:
    with walls.inside(uuid.uuid4()):
        assert codes() == []


def test_something_that_is_no_organisation_is_an_error(heron: Client) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), walls.inside("' OR true"):
        list(Client.objects.all())


def test_another_organisations_row_cannot_be_changed_or_deleted(
    heron: Client, wren: Client
) -> None:
    assert Client.objects.filter(pk=wren.pk).update(rhythm="monthly") == 0
    assert Client.objects.filter(pk=wren.pk).delete()[0] == 0


def test_a_row_cannot_be_written_into_another_organisation(heron: Client, otto: User) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        Client.objects.filter(pk=heron.pk).update(organisation=otto.organisation_id)


def test_raw_sql_meets_the_same_wall(heron: Client, wren: Client) -> None:
    log(heron)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_client")
        assert cursor.fetchone() == (1,)
    with walls.inside(wren.organisation_id), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sessions_app_therapysession")
        assert cursor.fetchone() == (0,)


def test_the_wall_is_put_back_after_an_error_inside(heron: Client, otto: User) -> None:
    with pytest.raises(ZeroDivisionError), walls.inside(otto.organisation_id):
        raise ZeroDivisionError
    assert codes() == ["Heron"]


def test_a_failed_transaction_inside_leaves_no_other_organisation_behind(
    heron: Client, wren: Client, otto: User
) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        walls.inside(otto.organisation_id),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT 1 FROM no_such_table")
    try:
        with transaction.atomic():
            assert "Wren" not in codes()
    except DatabaseError:
        pass  # an unset wall is as good: the next page sets it again


def test_a_lost_connection_comes_back_without_an_organisation(
    transactional_db: None, clinic: Organisation
) -> None:
    with walls.inside(clinic.pk):
        assert codes() == []
        connection.close()
        with pytest.raises(DatabaseError):
            codes()
    assert walls.current() == ""


def test_after_a_page_the_connection_belongs_to_nobody(
    transactional_db: None, ada: User, client_for: Any
) -> None:
    assert client_for(ada).get("/library/").status_code == 200
    with pytest.raises(DatabaseError):
        codes()


def test_sessions_of_another_organisation_are_not_there_even_by_id(
    heron: Client, otto: User
) -> None:
    session = log(heron)
    with walls.inside(otto.organisation_id):
        assert not TherapySession.objects.filter(pk=session.pk).exists()


def test_the_tests_themselves_work_as_the_login_of_the_web(db: None) -> None:
    """Otherwise every test of a wall would pass without one."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("impasse_web", False, False)
