"""The demonstration's review queue and sketches: there once, through actions, and left alone."""

import pytest

from impasse_tracker.demo import cast
from impasse_tracker.demo.load import load
from people import walls
from people.models import Organisation, User
from supervision.models import Review, VignetteAnswer
from supervision.vignettes import practice
from tests.demo.test_demo import shortened

pytestmark = pytest.mark.django_db


def test_a_colleague_in_training_and_five_readings_of_the_sketches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hers = tuple(shortened(c) for c in cast.CAST if c.therapist == cast.TRAINEE)
    monkeypatch.setattr(cast, "CAST", hers)
    load(castings=hers[:1])
    home = Organisation.objects.get(name=cast.NORTHSIDE.name)
    with walls.inside(home.pk):
        assert not Review.objects.exists()
        assert not VignetteAnswer.objects.exists()

    for _ in range(2):
        load(castings=hers)
        home.refresh_from_db()
        with walls.inside(home.pk):
            assert home.review_queue
            states = Review.objects.order_by("therapy_session__held_at")
            waiting = ["waiting"] * 3
            assert list(states.values_list("state", flat=True)) == [
                "approved",
                "sent_back",
                *waiting,
            ]
            sunil = User.objects.get(email="sunil@demo.test")
            assert Review.objects.queue_of(sunil).count() == 3
            assert VignetteAnswer.objects.count() == 60
            team = practice(sunil).team
            assert team
            assert team.people == 5

    with walls.inside(home.pk):
        Review.objects.all().delete()  # a person at work since: training stays as they left it
    load(castings=hers)
    with walls.inside(home.pk):
        assert not Review.objects.exists()
