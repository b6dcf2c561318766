"""Every table with a link to a client is in a part, and every part has its rows."""

import pytest
from django.apps import apps
from django.db import models

from impasse_tracker.records import parts_of
from people.models import Client
from tests.house.tree import PACKAGES

ELSEWHERE = {"people.Erasure": "its link is taken when it is carried out; it is the certificate"}


def linked() -> set[type[models.Model]]:
    """The client's table and every table that leads to it, over as many others as it takes."""
    ours = [model for model in apps.get_models() if model._meta.app_label in PACKAGES]
    found: set[type[models.Model]] = {Client}
    while more := {
        model
        for model in ours
        if model not in found and any(f.related_model in found for f in model._meta.concrete_fields)
    }:
        found |= more
    return found


@pytest.mark.usefixtures("inside")
def test_no_table_is_forgotten(heron: Client) -> None:
    parts = [part.rows.model for part in parts_of(heron)]
    assert len(parts) == len(set(parts))
    names = {model._meta.label for model in linked()}
    assert {model._meta.label for model in parts} == names - set(ELSEWHERE)


def test_the_case_of_these_tests_has_a_row_of_every_kind(whole_heron: Client) -> None:
    assert [part.name for part in parts_of(whole_heron) if not part.rows.exists()] == []
