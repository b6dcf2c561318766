"""Worlds that differ in one thing: what a therapist kept to herself, or never wrote at all."""

import datetime as dt
import html
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core import mail
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from impasses import actions as impasses
from impasses.models import Episode
from people import actions as people
from people import supervision_actions as supervisions
from people import walls
from people.models import Client, Notice, Organisation, User
from sessions_app import actions as sessions
from sessions_app.entries import TagEntry, TrialEntry
from sessions_app.episode_actions import move_impasse, open_impasse
from sessions_app.models import CaseSnapshot
from sessions_app.visibility import kinds
from sessions_app.visibility_actions import show_item, show_items
from supervision.meeting_actions import agree, bring_case, plan_meeting
from tests.conftest import PASSWORD, TODAY, log
from tests.house.tree import ANY, arguments, patterns
from trends.due import write_due
from trends.letters import send_letters
from trends.models import TrendSummary
from trends.periods import Kind, latest_closed

OTHERS = {
    "Sunil": ("supervisor", "therapist"),  # supervises Thea
    "Tom": ("therapist",),  # comes to the same group; takes the case over
    "Ada": ("administrator",),
}
SECRET = "kingfisher"
OWN = "goldcrest"  # the therapist's own words, which go along with a case that is handed over


@dataclass
class World:
    """One clinic with everybody in it, and Thea's client Heron."""

    clinic: Organisation
    people: dict[str, User]
    heron: Client
    item: uuid.UUID
    meeting: uuid.UUID
    letters: list[str] = field(default_factory=list)

    def browser(self, name: str) -> Browser:
        browser = Browser()
        browser.force_login(self.people[name])
        return browser


def build(name: str, seen: str | None) -> World:
    """With a secret in every kind of item, seen by others so; None: it was never written."""
    clinic = people.create_organisation(name="Northside", time_zone="Europe/London")
    cast = {
        who: people.create_user(
            organisation=clinic, email=f"{who}@{name}.test".lower(), name=who, roles=set(roles),
            password=PASSWORD,
        )
        for who, roles in {"Thea": ("therapist",), **OTHERS}.items()
    }  # fmt: skip
    with walls.inside(clinic.pk):
        return _case(clinic, cast, _Secret(seen))


@dataclass(frozen=True)
class _Secret:
    seen: str | None

    def tags(self, *tags: TagEntry) -> tuple[TagEntry, ...]:
        return tags if self.seen else ()

    def tag(self, code: str, *forms: str) -> TagEntry:
        kept = ("M5c",) if "M5c" in forms and self.seen == "private" else ()
        return TagEntry(code=code, sub_forms=forms, private_forms=kept, visibility=f"{self.seen}")

    def words(self, **more: Any) -> dict[str, Any]:
        if not self.seen:
            return {}
        return {
            "note": SECRET, "process_note": SECRET, "note_visibility": self.seen, **more,
        }  # fmt: skip


def _case(clinic: Organisation, cast: dict[str, User], secret: _Secret) -> World:
    thea, sunil, today = cast["Thea"], cast["Sunil"], TODAY()
    since = today - dt.timedelta(days=120)
    supervisions.start_supervision(supervisor=sunil, therapist=thea, since=since, by=thea)
    supervisions.start_supervision(supervisor=sunil, therapist=cast["Tom"], since=since, by=thea)
    robin = people.create_client(by=thea, code_name="Robin", started_on=since)
    for days in (38, 31, 10):
        log(robin, "M1a", "M3a", days=days, assess=True, note="An open note.")
    heron = people.create_client(by=thea, code_name="Heron", started_on=since)
    meeting = plan_meeting(
        by=sunil, therapists=[thea, cast["Tom"]], minutes=60, today=today,
        at=timezone.now() + dt.timedelta(days=3),
    )  # fmt: skip
    item = bring_case(
        client=heron, by=thea, supervisor=sunil, question="What now?", today=today,
        group=meeting,
    )  # fmt: skip
    strain = secret.tag("M5", "M5b", "M5c")
    for days in (66, 59, 52):
        said = secret.words(repair="unrepaired", repair_steps=("named",))
        log(heron, "M2a", *secret.tags(strain, secret.tag("Y3a")), days=days, theme=OWN,
            agreed_task=OWN, **said)  # fmt: skip
    sessions.assess_case(client=heron, today=today)
    agreed = agree(item=item, by=sunil, strategy="T2", words="We look at it.", today=today)
    steps = _secret_decisions(heron) if secret.seen else ()
    answers = {"T2": "helped"} | {step.strategy: "worse" for step in steps}
    for days in (45, 38):
        log(heron, "M2a", days=days, trials=(
            TrialEntry(step=agreed.step_id, outcome=answers["T2"]),
            *(TrialEntry(step=step.pk, outcome="worse") for step in steps),
        ), assess=True)  # fmt: skip
    for days in (31, 24, 17, 10, 5, 2):
        log(heron, "M2a", *secret.tags(secret.tag("M1", "M1b"), secret.tag("Y2a")), days=days,
            assess=True, **secret.words())  # fmt: skip
    if secret.seen:
        move_impasse(episode=Episode.objects.get(client=heron), by=thea, to="worked", today=today)
    log(heron, days=1, assess=True, note="Kept in any case.", note_visibility="private")
    draft = SECRET if secret.seen else "half a thought"
    sessions.save_draft(by=thea, client=heron, body={"note": [draft]})
    return World(clinic, cast, heron, item.pk, meeting.pk)


def _secret_decisions(heron: Client) -> tuple[Any, ...]:
    """What was decided about findings that rest on the secret: planned, dismissed, taken up."""
    thea, today = heron.therapist, TODAY()
    rows = {row.rule: row for row in heron.suggestions.live()}
    steps = impasses.plan_suggestion(
        suggestion=rows["R1"], by=thea, today=today, therapist_words=SECRET, client_words=SECRET
    )
    impasses.dismiss_suggestion(suggestion=rows["R6"], by=thea, reason=SECRET)
    open_impasse(client=heron, by=thea, today=today, stage="named", words=SECRET,
                 suggestion=rows["R3"])  # fmt: skip
    return steps


# --- changing who sees it ------------------------------------------------------------------------

ITEMS = ("M1", "M5", "M5c", "features", "note")


def switch(world: World, to: str, *, taps: bool = False, backwards: bool = False) -> None:
    """Every secret item, one by one in its session, or kind by kind in all of them."""
    last = TODAY() - dt.timedelta(days=2)  # the note of the day after is private in every world
    thea, order = world.people["Thea"], ITEMS[:: -1 if backwards else 1]
    assert set(ITEMS) < set(kinds())
    with walls.inside(world.clinic.pk):
        for kind in order:
            if taps:
                for session in world.heron.therapy_sessions.between(None, last).order_by("held_at"):
                    show_item(session=session, by=thea, kind=kind, to=to)
                    sessions.assess_case(client=world.heron, today=TODAY())
            else:
                show_items(client=world.heron, by=thea, kinds=[kind], to=to, until=last)
                sessions.assess_case(client=world.heron, today=TODAY())


def settle(world: World) -> None:
    """Summaries are written, and Monday's letters are sent."""
    with walls.inside(world.clinic.pk):
        write_due(world.clinic, forced=True)
        before = len(mail.outbox)
        monday = dt.datetime.combine(latest_closed(Kind.WEEK, TODAY()).ends_before, dt.time(8))
        send_letters(world.clinic, now=monday.replace(tzinfo=dt.UTC))
        world.letters = [
            f"{letter.to[0].split('@')[0]}: {letter.subject} {letter.body}"
            for letter in mail.outbox[before:]
            if not letter.to[0].startswith("thea@")
        ]


# --- what others find ----------------------------------------------------------------------------

SAME = (  # what differs between any two worlds, and says nothing
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}"), "an-id"),
    (re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"|"csrf": "\w+"'), ""),
    (re.compile(r"(?<=/)\d+(?=/)"), "a-number"),
    (re.compile(r"[\w.-]+@[\w-]+\.test"), "an-address"),
    (re.compile(r"(?<!\d)\d\d:\d\d(?!\d)"), "a-time"),
)
SAID = (  # how much is private is said on purpose; what it is, never
    (re.compile(r"(?:No|One|Two|Three|Four|Five|Six|\d+) notes? (?:is|are) private"), ""),
    (re.compile(r" The note is private(?: and stayed behind)?\."), ""),
    (re.compile(r"\d+ sessions? holds? something private"), ""),
)
UNRELATED = (  # a person's own account, the library, the vignettes, the door: nothing of a case
    "account_", "mfa_", "livez", "readyz", "metrics", "impasses:librar", "people:email",
    "people:invitation", "people:people_import", "people:profile", "people:sign_in",
    "people:audit_choose", "supervision:vignette",
)  # fmt: skip
ON_RECORD = {  # say that something was done, read or would go, and never what
    "people:audit_list", "people:client_readings", "trends:runs",
    "client_erase",  # how many rows of each kind would go
}  # fmt: skip


def normal(text: str) -> str:
    """A page without what differs in any case."""
    for pattern, word in (*SAME, *SAID):
        text = pattern.sub(word, text)
    return html.unescape(text)


def pages(world: World, who: str) -> Iterator[tuple[str, str]]:
    """Every address of the house as somebody finds it, and each row of Heron's that has a page."""
    browser = world.browser(who)
    with walls.inside(world.clinic.pk):
        addresses = list(_addresses(world))
    for name, address in addresses:
        answer = browser.get(address)
        if answer.status_code != 405:
            text = b"".join(answer) if answer.streaming else answer.content
            place = answer.get("Location", "")
            yield name, normal(f"{answer.status_code} {place} {text.decode()}")


def _addresses(world: World) -> Iterator[tuple[str, str]]:
    rows = {
        "sessions": world.heron.therapy_sessions.order_by("held_at").values_list("pk", flat=True),
        "suggestions": [*world.heron.suggestions.values_list("pk", flat=True), ANY],
        "episodes": [*Episode.objects.filter(client=world.heron).values_list("pk", flat=True), ANY],
        "clients": [world.heron.pk],
        "cases": [world.heron.pk],
        "people": [world.people["Thea"].pk],
        "therapists": [world.people["Thea"].pk],
        "meetings": [world.meeting],
        "agenda": [world.item],
    }
    for name, (_, path) in patterns().items():
        if name.startswith(UNRELATED):
            continue
        kind = path.split("<")[0].split("/")[-2] if "<" in path else ""
        word = "V1" if "<str:vignette>" in path else "R1"
        for pk in rows.get(kind, [ANY]):
            given = arguments(path, uuid=pk, str=word, item=world.item)
            yield name, reverse(name, args=given)
    week, month = (latest_closed(kind, TODAY()).code for kind in (Kind.WEEK, Kind.MONTH))
    for page in ("trends:trends", "trends:export", "trends:cases"):
        for of in ("team", "organisation", str(world.people["Thea"].pk)):
            for period in (week, month):
                yield f"{page} {of[:4]} {period}", f"{reverse(page)}?of={of}&period={period}"
    for show in ("supervised", "ended"):
        yield f"caseload {show}", f"{reverse('sessions:case_list')}?show={show}"


def told(world: World) -> dict[str, Any]:
    """What is kept for others beside the pages: summaries, snapshots, notices and letters."""
    with walls.inside(world.clinic.pk):
        summaries = sorted(
            f"{row.scope} {row.kind} {row.starts_on} {row.shared}"
            for row in TrendSummary.objects.all()
        )
        snapshots = [
            [row.sessions_held, row.shared_since_movement, row.shared_unrepaired,
             [slot["lanes"] for slot in row.shared_strip]]
            for row in CaseSnapshot.objects.order_by("client__code_name")
        ]  # fmt: skip
        notices = Notice.objects.exclude(person=world.people["Thea"]).order_by("person__name")
        texts = [normal(f"{each.person.name}: {each.text} {each.path}") for each in notices]
    return {
        "summaries": summaries, "snapshots": snapshots, "notices": sorted(texts),
        "letters": [normal(letter) for letter in sorted(world.letters)],
    }  # fmt: skip
