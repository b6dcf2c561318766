"""A supervision meeting: who comes, which cases with which question, what was agreed."""

from collections.abc import Collection
from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from impasses.models import PlanStep
from people.encryption import EncryptedTextField
from people.keys import new_key
from people.models import Client, Organisation, Supervision, User


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Meetings, by who may see them."""

    def visible_to(self, user: User, on: date | None = None) -> "MeetingQuerySet":
        """Those a therapist comes to, and those with a therapist one supervises on that day.

        A therapist whose supervision there has ended reads what was closed while it ran. A stand-in
        sees the meetings of whom they stand in for, and these see what was closed meanwhile.
        """
        today = Value(on or timezone.localdate(), output_field=models.DateField())
        attendees = Attendee.objects.filter(meeting=OuterRef("pk"))
        its_day, its_supervisor = OuterRef(OuterRef("day")), OuterRef(OuterRef("supervisor"))
        with_them = Supervision.objects.filter(
            Q(supervisor=its_supervisor) | Q(stands_in_for=its_supervisor),
            organisation=user.organisation_id,
            therapist=OuterRef("therapist"),
        )
        own = attendees.filter(Exists(with_them.running(its_day)), therapist=user)
        meanwhile = Supervision.objects.running(its_day).filter(
            organisation=user.organisation_id,
            supervisor=its_supervisor,
            therapist=OuterRef("therapist"),
            stands_in_for=user,
        )
        mine = Supervision.objects.running(today).filter(
            organisation=user.organisation_id, supervisor=user, therapist=OuterRef("therapist")
        )
        theirs = attendees.filter(
            Exists(with_them.running(today).filter(supervisor=user))
            | Exists(meanwhile) & Exists(mine)
        )
        comes = Q(Exists(own)) if user.treats else Q(pk=None)
        holds = Q(Exists(theirs)) if user.supervises else Q(pk=None)
        seen = self.alias(day=Coalesce(TruncDate("closed_at"), today))
        return seen.filter(comes | holds, organisation=user.organisation_id)

    def open(self) -> "MeetingQuerySet":
        return self.filter(closed_at=None)

    def waiting_for(self, supervisor: User, therapists: Collection[User]) -> "MeetingQuerySet":
        """Those of exactly these people that have no day."""
        rows = self.open().filter(
            organisation=supervisor.organisation_id, supervisor=supervisor, at=None
        )
        invited = Q(attendees__therapist__in=therapists)
        return rows.annotate(
            comes=Count("attendees"), of_these=Count("attendees", filter=invited)
        ).filter(comes=len(therapists), of_these=len(therapists))

    def of_two(self, supervisor: User, therapist: User) -> "MeetingQuerySet":
        """Those of these two alone."""
        others = Attendee.objects.filter(meeting=OuterRef("pk")).exclude(therapist=therapist)
        theirs = self.filter(
            organisation=supervisor.organisation_id,
            supervisor=supervisor,
            attendees__therapist=therapist,
        )
        return theirs.exclude(Exists(others))


class Meeting(models.Model):
    """One supervisor with one or several therapists, once; `at` is empty until it is planned."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "supervisor": "operational",
        "at": "operational",
        "minutes": "operational",
        "notes": "clinical",
        "closed_at": "operational",
        "closed_by": "operational",
        "version": "operational",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    supervisor = models.ForeignKey(User, on_delete=models.PROTECT, related_name="meetings_held")
    at = models.DateTimeField(null=True)
    minutes = models.PositiveSmallIntegerField(default=60)
    notes = EncryptedTextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, help_text="Of its notes and answers.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "supervisor", "at"], name="meeting_one_at_a_time"
            ),
            models.CheckConstraint(
                name="meeting_closed_at_and_by",
                condition=Q(closed_at=None, closed_by=None)
                | Q(closed_at__isnull=False, closed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="meeting_closed_was_held",
                condition=Q(closed_at=None) | Q(at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "at"], name="meeting_by_day"),
            models.Index(
                fields=["organisation", "supervisor"],
                condition=Q(closed_at=None),
                name="meeting_open",
            ),
        ]

    def __str__(self) -> str:
        return f"meeting of {self.at:%d %b}" if self.at else "a meeting without a day"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def has_begun(self) -> bool:
        return self.at is not None and self.at <= timezone.now()

    def is_coming(self, today: date) -> bool:
        """Whether it is open and its day has not passed; without a day it is still to come."""
        return self.is_open and (self.at is None or timezone.localdate(self.at) >= today)

    def may_reopen(self, today: date) -> bool:
        """On the day it was closed, while memories are fresh."""
        return self.closed_at is not None and timezone.localdate(self.closed_at) == today


class MeetingDraftQuerySet(models.QuerySet["MeetingDraft"]):
    """Drafts, each for its author alone."""

    def of(self, user: User, meeting: Meeting) -> "MeetingDraft | None":
        rows = self.filter(organisation=user.organisation_id, author=user, meeting=meeting)
        return rows.first()


class MeetingDraft(models.Model):
    """What one person has typed in a meeting and not yet saved; nobody else reads it."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "author": "operational",
        "meeting": "operational",
        "body": "clinical",
        "version": "operational",
        "saved_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="drafts")
    body = EncryptedTextField()
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    objects = MeetingDraftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "author", "meeting"], name="meeting_draft_once"
            ),
        ]

    def __str__(self) -> str:
        return f"draft of {self.saved_at:%d %b}"


class Attendee(models.Model):
    """A therapist who comes to a meeting."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "meeting": "operational",
        "therapist": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees")
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "meeting", "therapist"], name="attendee_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "therapist"], name="attendee_of"),
        ]

    def __str__(self) -> str:
        return str(self.therapist)


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    """Cases of an agenda, by who may see them."""

    def visible_to(self, user: User) -> "AgendaItemQuerySet":
        """Of visible meetings and clients, while the case is with whoever brought it."""
        return self.current().filter(
            organisation=user.organisation_id,
            client__in=Client.objects.visible_to(user),
            meeting__in=Meeting.objects.visible_to(user),
        )

    def current(self) -> "AgendaItemQuerySet":
        """Whose case was not handed over since: what was asked stays with who asked."""
        return self.filter(therapist=F("client__therapist"))


class AgendaItem(models.Model):
    """One case of a meeting's agenda with the therapist's one question, or proposed for it."""

    class Wish(models.TextChoices):
        IDEAS = "ideas", "Ideas I have not had"
        BLIND_SPOT = "blind_spot", "What I may not be seeing"
        DECISION = "decision", "Help with a decision"
        SUPPORT = "support", "Support in staying with it"
        PRACTICE = "practice", "To try it out together"

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "meeting": "operational",
        "client": "operational",
        "therapist": "operational",
        "question": "clinical",
        "wish": "clinical",
        "proposed_by": "operational",
        "reason": "clinical",
        "answer": "clinical",
        "created_at": "operational",
    }

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="agenda_items")
    therapist = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    question = EncryptedTextField(blank=True, default="")
    wish = models.CharField(max_length=10, choices=Wish, blank=True, default="")
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField(blank=True, default="")
    answer = EncryptedTextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "meeting", "client"], name="agenda_item_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "client"], name="agenda_item_of"),
        ]

    def __str__(self) -> str:
        return "a case of an agenda"


class Agreement(models.Model):
    """What a meeting agreed to try: a plan step, and the case of the agenda it came from."""

    privacy: ClassVar = {
        "id": "operational",
        "organisation": "operational",
        "item": "operational",
        "step": "operational",
        "at": "operational",
    }

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    item = models.ForeignKey(AgendaItem, on_delete=models.CASCADE, related_name="agreements")
    step = models.OneToOneField(PlanStep, on_delete=models.CASCADE, related_name="agreement")
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["organisation", "item"], name="agreement_of"),
        ]

    def __str__(self) -> str:
        return f"agreed on {self.at:%d %b}"
