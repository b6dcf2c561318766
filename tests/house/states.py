"""What becomes of the case, and what everybody should then get at its addresses.

Each state is reached through actions. What it changes follows from the table by rule; the few
exceptions are named.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from django.urls import reverse

from impasses.actions import end_step
from impasses.models import Episode, PlanStep
from people import actions as people
from people import walls
from people.models import Client
from people.permissions import may
from sessions_app.actions import amend_session, assess_case
from sessions_app.content import read_entry
from sessions_app.episode_actions import close_impasse
from sessions_app.models import TherapySession
from sessions_app.transfer_actions import transfer_cases
from supervision.meeting_actions import close_meeting
from supervision.models import Meeting, Review
from supervision.review_actions import approve_session
from tests.conftest import TODAY
from tests.house.access_table import TABLE
from tests.house.matrix import MAY_READ, SIGNED_OUT, expected, readable, send, words
from tests.house.test_views import PUBLIC
from tests.house.tree import arguments, patterns
from tests.house.world import CODE_NAME, NOTE, OWN, PRIVATE, SHARED, World, patient, undone

OF_THE_CASE = {"clients", "sessions", "suggestions", "steps", "episodes", "scores", "reviews"}
CASE = sorted(
    name
    for name, (_, path) in patterns().items()
    if "<" in path and path.split("<")[0].split("/")[-2] in OF_THE_CASE
)
BOUND = sorted(name for name, (_, path) in patterns().items() if "<" in path)


def over(world: World) -> None:
    """The case, its impasse, its step, its review and the meeting about it are closed."""
    thea, sunil = world.users["therapist"], world.users["supervisor"]
    step = PlanStep.objects.select_related("client").get(pk=world.step)
    end_step(step=step, by=thea, today=TODAY())
    episode = Episode.objects.select_related("client").get(pk=world.episode)
    close_impasse(
        episode=episode, by=thea, today=TODAY(), to="resolved", repaired="yes", growth=[],
        learned_patterns=OWN, learned_alliance=OWN, learned_resilience=OWN,
    )  # fmt: skip
    review = Review.objects.get(pk=world.review)
    approve_session(review=review, by=sunil, version=review.session_version)
    close_meeting(meeting=Meeting.objects.get(pk=world.meeting), by=sunil)
    client = Client.objects.get(pk=world.client)
    people.end_client(client=client, by=thea, reason="completed", on=TODAY())


def private(world: World) -> None:
    """Every sign and note of every session is the therapist's own."""
    thea = world.users["therapist"]
    sessions = TherapySession.objects.filter(client=world.client)
    for session in sessions.select_related("client", "theme"):
        entry = read_entry(session)
        signs = tuple(replace(tag, visibility="private") for tag in entry.tags)
        entry = replace(entry, tags=signs, note_visibility="private")
        amend_session(session=session, by=thea, entry=entry, version=session.version)
    assess_case(client=Client.objects.get(pk=world.client), today=TODAY())


def handed_over(world: World) -> None:
    """The case is the colleague's now."""
    transfer_cases(
        clients=[Client.objects.get(pk=world.client)], to=world.users["colleague"],
        by=world.users["administrator"], reason="On leave.", today=TODAY(),
    )  # fmt: skip


def gone(world: World) -> None:
    """Nothing happens: the addresses asked for are those of rows that nobody has."""


STATES = {state.__name__: state for state in (over, private, handed_over, gone)}
CONCERNED = {  # whom a state makes a difference to; the others are tried in the long proof
    "over": ("therapist",),
    "private": ("supervisor",),
    "handed_over": ("therapist", "colleague"),
    "gone": ("therapist", "elsewhere"),
}
OTHERWISE: dict[str, dict[tuple[str, str, str], int]] = {
    "over": {
        ("client_erase", "therapist", "post"): 302,  # asked for once the therapy has ended
        ("sessions:episode_describe", "therapist", "post"): 422,  # its version has risen
        ("sessions:session_log", "therapist", "get"): 302,
        ("sessions:session_log", "therapist", "post"): 422,
        ("supervision:review_back", "supervisor", "post"): 409,
    },
    "private": {
        ("sessions:session_edit", "therapist", "post"): 409,  # its version has risen
        ("sessions:impasse_accept", "supervisor", "post"): 404,  # its suggestion is not seen
        ("supervision:review_approve", "supervisor", "post"): 409,  # the session was changed
        ("supervision:review_back", "supervisor", "post"): 409,
    },
    "handed_over": {
        ("people:client_edit", "colleague", "post"): 409,  # its version has risen
        # What a predecessor wrote stays as it was written.
        ("sessions:session_edit", "colleague", "get"): 403,
        ("sessions:session_edit", "colleague", "post"): 403,
        ("sessions:session_history", "colleague", "get"): 403,
        ("sessions:session_visibility", "colleague", "get"): 403,
        ("sessions:item_private", "colleague", "post"): 403,
        ("sessions:item_counts", "colleague", "post"): 403,
        ("sessions:item_shared", "colleague", "post"): 403,
        ("sessions:edit_draft_save", "colleague", "post"): 403,
        ("sessions:edit_draft_discard", "colleague", "post"): 403,
        ("supervision:review", "colleague", "get"): 404,
    },
    "gone": {},
}
MAY_STILL_READ = {
    "over": {"therapist": {CODE_NAME, NOTE, SHARED, OWN, PRIVATE},
             "supervisor": {CODE_NAME, NOTE, SHARED}},
    "private": {"therapist": {CODE_NAME, NOTE, SHARED, OWN, PRIVATE},
                "supervisor": {CODE_NAME, SHARED}},
    "handed_over": {"colleague": {CODE_NAME, NOTE, SHARED, OWN}},
    "gone": MAY_READ,
}  # fmt: skip


def addresses(state: str) -> list[str]:
    """Where the state can make a difference."""
    return BOUND if state == "gone" else CASE


def status_in(state: str, world: World, name: str, who: str, method: str) -> int:
    """The status by the table, and by what the state changes."""
    live = expected(name, who, method)
    if (name, who, method) in OTHERWISE[state]:
        return OTHERWISE[state][name, who, method]
    if live == 405 or name in NOT_LOOKED_UP or who in (*SIGNED_OUT, "unproven"):
        return live
    if state == "gone" or (state == "handed_over" and who == "supervisor"):
        allowed = may(world.users[who], patterns()[name][0].callback.permission)
        return 404 if allowed else 403
    if state == "private" and who == "supervisor" and name.startswith("impasses:suggestion"):
        return 404
    if state == "handed_over" and who in SWAPPED:
        return expected(name, SWAPPED[who], method)
    return live


NOT_LOOKED_UP = {*PUBLIC, "mfa_edit_webauthn"}  # something else is asked first
SWAPPED = {"therapist": "colleague", "colleague": "therapist"}


def wrong_in(
    state: str, world: World, who: str, among: Collection[str] = frozenset(TABLE)
) -> Iterator[str]:
    """Each answer to one person that is not as expected in a state, in words."""
    with undone():
        with walls.inside(world.users["therapist"].organisation_id), patient():
            STATES[state](world)
        for name in filter(among.__contains__, addresses(state)):
            for method in ("get", "post"):
                if expected(name, who, method) == 405:
                    continue
                with undone():
                    answer = send(world, name, who, method, address(state, world, name))
                said = f"{state}: {name} as {who}, {method}: "
                wanted = status_in(state, world, name, who, method)
                if answer.status_code != wanted:
                    yield f"{said}{answer.status_code}, not {wanted}"
                may_read = readable(name, who, MAY_STILL_READ[state])
                if words(answer) - may_read:
                    yield f"{said}shows {words(answer) - may_read}"


def address(state: str, world: World, name: str) -> str:
    """Of the world's row, or of one that nobody has."""
    if state != "gone":
        return world.address(name)
    path = patterns()[name][1]
    word = "V99" if "<str:vignette>" in path else "R99"
    return reverse(name, args=arguments(path, int=10**9, agreement=10**9, str=word))
