"""A colleague in training with sessions in the review queue, and sketches that five people read."""

from django.db import transaction

from impasse_tracker.demo import cast
from people import walls
from people.account_actions import change_person
from people.actions import change_settings
from people.models import Organisation, User
from sessions_app.models import HELD, TherapySession
from supervision import review_actions as reviews
from supervision.models import Review, VignetteAnswer
from supervision.vignette_actions import answer_vignette

SUBMITTED = 5  # of her latest sessions: one approved, one sent back, three to be read
ASKED = "What did you feel in that hour? A line about it helps us next week."
READINGS = {  # by sketch, V1 to V12, the signs each of them saw
    "thea@demo.test": "M2|M2|-|M3|M4|M5|-|M2 M5|M3|-|-|M5",
    "tom@demo.test": "M2|M1 M2|-|M3|M1 M4|M5|-|M4 M5|M1 M3|M4|M2|M1 M5",
    "sunil@demo.test": "M2|M2|-|M3|M4|M5|M5|M5|M3|-|M2|M5",
    "nadia@demo.test": "M1|M2|-|M3 M4|M1|M4 M5|M4|M4|M1|M4|M2|M1",
    "marta@demo.test": "M2|M2|-|M3|M4|M5|-|M2 M5|M3|-|-|M5",
}


def read_sketches(home: Organisation) -> None:
    """Once: nothing where somebody has read one already."""
    with walls.inside(home.pk), transaction.atomic():
        if VignetteAnswer.objects.exists():
            return
        for person in User.objects.filter(email__in=READINGS).order_by("email"):
            for place, seen in enumerate(READINGS[person.email].split("|"), start=1):
                signs = [] if seen == "-" else seen.split()
                answer_vignette(by=person, vignette=f"V{place}", manifestations=signs)


def train(home: Organisation) -> None:
    """Once, when her cases are there; nothing where somebody set up training already."""
    with walls.inside(home.pk), transaction.atomic():
        nadia = User.objects.get(email=cast.TRAINEE)
        held = TherapySession.objects.filter(client__therapist=nadia, attendance__in=HELD)
        latest = held.select_related("client__therapist", "client__organisation").newest_first()
        sessions = list(latest[:SUBMITTED])[::-1]
        if len(sessions) < SUBMITTED or nadia.in_training or Review.objects.exists():
            return
        ada = User.objects.get(email=cast.ADMINISTRATOR)
        sunil = User.objects.get(email=cast.WATCHES[0].supervisor)
        change_settings(by=ada, review_queue=True)
        change_person(person=nadia, by=ada, roles=list(nadia.roles), in_training=True)
        first, second, *_ = [reviews.submit_session(session=row, by=nadia) for row in sessions]
        reviews.approve_session(review=first, by=sunil, version=first.session_version)
        reviews.send_back_session(
            review=second, by=sunil, version=second.session_version, comment=ASKED
        )
