"""Who supervises whom: a picture, what runs, what is planned, and what was."""

import uuid
from dataclasses import dataclass

from people.models import Supervision, User
from people.permissions import Role

ROW = 44  # height of a name in the picture
LEFT, RIGHT = 200, 360  # of 560
LATEST = 50


@dataclass(frozen=True)
class Name:
    """A name of the picture, at its height."""

    text: str
    y: int
    is_alone: bool = False


@dataclass(frozen=True)
class Line:
    """A line from a supervisor to a therapist."""

    path: str
    is_stand_in: bool


@dataclass(frozen=True)
class Picture:
    """Supervisors at the left, therapists at the right, a line for each supervision."""

    supervisors: tuple[Name, ...]
    therapists: tuple[Name, ...]
    lines: tuple[Line, ...]

    @property
    def height(self) -> int:
        return ROW * max(len(self.supervisors), len(self.therapists), 1)


@dataclass(frozen=True)
class SupervisionPage:
    """The whole page."""

    picture: Picture
    running: tuple[Supervision, ...]
    planned: tuple[Supervision, ...]
    past: tuple[Supervision, ...]
    unsupervised: tuple[User, ...]


def supervision_page(user: User) -> SupervisionPage:
    """The person's organisation. Two queries."""
    people = User.objects.filter(organisation=user.organisation_id, is_active=True)
    rows = list(
        Supervision.objects.filter(organisation=user.organisation_id)
        .select_related("supervisor", "therapist", "stands_in_for")
        .order_by("supervisor__name", "therapist__name", "-since")
    )
    running = [row for row in rows if row.is_running]
    seen = {row.therapist_id for row in running if row.supervisor.is_active}
    treating = [person for person in people.order_by("name") if person.treats]
    return SupervisionPage(
        picture=draw([row for row in running if row.supervisor.is_active], treating, seen),
        running=tuple(running),
        planned=tuple(row for row in rows if row.is_planned),
        past=tuple(row for row in rows if row.is_over)[:LATEST],
        unsupervised=tuple(each for each in treating if each.in_training and each.pk not in seen),
    )


def draw(rows: list[Supervision], treating: list[User], seen: set[uuid.UUID]) -> Picture:
    """Places for names and lines; somebody may stand on both sides."""
    supervisors = list(dict.fromkeys(row.supervisor for row in rows))
    order = {row.therapist_id: n for n, row in enumerate(rows)}
    therapists = sorted(
        (person for person in treating if person.pk in seen or Role.SUPERVISOR not in person.roles),
        key=lambda person: (order.get(person.pk, len(order)), person.name),
    )
    left = {person.pk: ROW * n + ROW // 2 for n, person in enumerate(supervisors)}
    right = {person.pk: ROW * n + ROW // 2 for n, person in enumerate(therapists)}
    middle = (LEFT + RIGHT) // 2
    return Picture(
        supervisors=tuple(Name(person.name, left[person.pk]) for person in supervisors),
        therapists=tuple(
            Name(person.name, right[person.pk], person.pk not in seen) for person in therapists
        ),
        lines=tuple(
            Line(
                f"M{LEFT} {left[row.supervisor_id]}C{middle} {left[row.supervisor_id]} "
                f"{middle} {right[row.therapist_id]} {RIGHT} {right[row.therapist_id]}",
                row.stands_in_for_id is not None,
            )
            for row in rows
            if row.therapist_id in right
        ),
    )
