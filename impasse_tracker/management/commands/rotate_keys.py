"""Seal everything again under the newest key of FIELD_KEYS, so that older ones can go."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from people import walls
from people.encryption import EncryptedTextField, Sealed, ring
from people.models import Organisation
from people.second_factor import SECRETS, SealedAdapter


def sealed_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """The fields of a model that hold sealed text."""
    return [f for f in model._meta.concrete_fields if isinstance(f, EncryptedTextField)]


class Command(BaseCommand):
    """Goes through every organisation; can be stopped and started again at any time."""

    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        newest = next(iter(ring()))
        resealed = 0
        for organisation in Organisation.objects.order_by("pk"):
            with walls.inside(organisation.pk):
                for model in apps.get_models():
                    if sealed_fields(model):
                        resealed += self.reseal(model, organisation, newest)
        resealed += self.reseal_factors(newest)
        self.stdout.write(f"{resealed} texts sealed again under key {newest}.")

    def reseal_factors(self, newest: str) -> int:
        """The secrets of second factors, which allauth keeps."""
        count = 0
        adapter = SealedAdapter()
        for pk in Authenticator.objects.values_list("pk", flat=True):
            with transaction.atomic():
                row = Authenticator.objects.select_for_update().filter(pk=pk).first()
                sealed = {} if row is None else {k: row.data[k] for k in SECRETS if k in row.data}
                old = {k: token for k, token in sealed.items() if token.split(".")[1] != newest}
                if row is not None and old:
                    row.data |= {k: adapter.encrypt(adapter.decrypt(t)) for k, t in old.items()}
                    row.save(update_fields=["data"])
                count += len(old)
        return count

    def reseal(self, model: Any, organisation: Organisation, newest: str) -> int:
        count = 0
        rows = model.objects.filter(organisation=organisation).values_list("pk", flat=True)
        for pk in rows.iterator(chunk_size=500):
            with transaction.atomic():
                row = model.objects.select_for_update(of=("self",)).filter(pk=pk).first()
                old = [f for f in sealed_fields(model) if row and is_old(row, f, newest)]
                for field in old:
                    setattr(row, field.attname, getattr(row, field.attname))
                if row is not None and old:
                    row.save(update_fields=[field.attname for field in old])
                count += len(old)
        return count


def is_old(row: models.Model, field: EncryptedTextField, newest: str) -> bool:
    """Whether a text was sealed under another key than the newest."""
    value = row.__dict__[field.attname]
    return isinstance(value, Sealed) and value.token.split(".")[1] != newest
