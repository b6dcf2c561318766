"""A person with an account: who they are here, and how they like their pages."""

from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from people.keys import new_key
from people.models.organisation import Organisation
from people.permissions import Role


class UserManager(BaseUserManager["User"]):
    """What Django's authentication asks for: people are found by e-mail, in any case."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().select_related("organisation")

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class Spelling(models.TextChoices):
    """The English of the pages, which browsers check spelling and read aloud by."""

    BRITISH = "en-GB", "English (United Kingdom)"
    AMERICAN = "en-US", "English (United States)"


class DateStyle(models.TextChoices):
    """How days and hours are written."""

    DAY_FIRST = "day", "Tue 3 Nov, 14:00"
    MONTH_FIRST = "month", "Tue Nov 3, 2:00 pm"
    NUMBERS = "numbers", "2026-11-03, 14:00"


class Digest(models.TextChoices):
    """How often a summary comes by mail."""

    WEEKLY = "weekly", "Every Monday"
    MONTHLY = "monthly", "On the first Monday of a month"
    NEVER = "never", "Never"


class Appearance(models.TextChoices):
    """Light or dark."""

    SYSTEM = "system", "As the system"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class User(AbstractBaseUser):
    """A person with an account. Not behind the wall: sign-in comes before the organisation."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "email": "personal",
        "name": "personal",
        "roles": "operational",
        "is_active": "operational",
        "in_training": "operational",
        "sign_ins_ended": "operational",
        "spelling": "operational",
        "date_style": "operational",
        "digest": "operational",
        "appearance": "operational",
        "password": "operational",
        "last_login": "personal",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="people")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    roles = ArrayField(models.CharField(max_length=20, choices=[(r, r.title()) for r in Role]))
    is_active = models.BooleanField(default=True)
    in_training = models.BooleanField(default=False)
    sign_ins_ended = models.PositiveIntegerField(
        default=0, help_text="Raising it ends every sign-in of the person, wherever it is."
    )
    spelling = models.CharField(max_length=5, choices=Spelling, default=Spelling.BRITISH)
    date_style = models.CharField(max_length=7, choices=DateStyle, default=DateStyle.DAY_FIRST)
    digest = models.CharField(max_length=7, choices=Digest, default=Digest.WEEKLY)
    appearance = models.CharField(max_length=6, choices=Appearance, default=Appearance.SYSTEM)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="user_email_any_case"),
            models.CheckConstraint(
                name="user_has_known_roles",
                condition=Q(roles__contained_by=list(Role)) & ~Q(roles=[]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a sign-in is bound to: another password, or sign-ins ended, and it is over."""
        bound = f"{self.password}{self.sign_ins_ended}"
        return salted_hmac("people.user.sign-in", bound, algorithm="sha256").hexdigest()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """None: the secret is not rotated with sign-ins kept."""
        return iter(())

    @property
    def treats(self) -> bool:
        return Role.THERAPIST in self.roles

    @property
    def supervises(self) -> bool:
        return Role.SUPERVISOR in self.roles

    @property
    def administers(self) -> bool:
        return Role.ADMINISTRATOR in self.roles

    @property
    def roles_in_words(self) -> str:
        """As in "Therapist and supervisor"."""
        return " and ".join(role for role in Role if role in self.roles).capitalize()
