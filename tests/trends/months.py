"""Seven weeks of three therapists, lived through day by day: the dice always fall alike."""

import datetime as dt
import itertools
import random
import uuid
from decimal import Decimal
from typing import Any

from django.utils import timezone

from impasses.actions import dismiss_suggestion, plan_suggestion, snooze_suggestion
from impasses.episode_actions import weigh_types
from impasses.episodes import next_stages
from impasses.models import Episode, PlanStep, Suggestion, Trial
from impasses.models.episode import CLOSED, OPEN, Stage
from people.actions import create_client
from people.models import Client, User, Visibility
from sessions_app.actions import save_draft
from sessions_app.entries import ScoreEntry, TagEntry, TrialEntry
from sessions_app.episode_actions import close_impasse, move_impasse, open_impasse
from sessions_app.transfer_actions import transfer_cases
from tests.conftest import TODAY, log
from tests.trends.conftest import write

WEEKS, CASES = 7, 2
SIGNS = ("M1", "M2", "M3", "M4", "M5", "M5")


class Months:
    """The clinic's life; every Monday the summaries are written, as beat would."""

    def __init__(self, people: tuple[User, ...], administrator: User, clock: Any) -> None:
        self.people, self.administrator, self.clock = people, administrator, clock
        self.dice = random.Random(11)
        self.decisions = itertools.cycle(["plan", "snooze", "plan", "dismiss"])
        self.now = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)

    def live(self) -> None:
        """From the Monday seven weeks ago up to the real today."""
        monday = self.now - dt.timedelta(days=self.now.weekday(), weeks=WEEKS)
        self.clock.move_to(monday)
        clients = [
            create_client(by=person, code_name=f"Case {number}")
            for person in self.people
            for number in range(CASES)
        ]
        for week in range(WEEKS):
            days = sorted((self.dice.randrange(7), each) for each in range(len(clients)))
            for place, (day, each) in enumerate(days):
                at = monday + dt.timedelta(weeks=week, days=day, minutes=place)
                self.clock.move_to(at)
                self.see(Client.objects.select_related("therapist__organisation").get(
                    pk=clients[each].pk))  # fmt: skip
            if week == WEEKS // 2:
                self.hand_over(clients[0])
            if week == WEEKS - 1:
                self.leave_drafts(clients[1:3])
            self.clock.move_to(monday + dt.timedelta(weeks=week + 1))
            write(self.people[0].organisation)
        self.clock.move_to(self.now)

    def leave_drafts(self, clients: list[Client]) -> None:
        for client in clients:
            body = {"key": [str(uuid.uuid4())], "note": ["Half a"]}
            save_draft(by=client.therapist, client=client, body=body)

    def hand_over(self, client: Client) -> None:
        transfer_cases(
            clients=[client], to=self.people[1], by=self.administrator, reason="leave",
            today=TODAY(),
        )  # fmt: skip

    def see(self, client: Client) -> None:
        """One appointment, and what the therapist does after it."""
        if self.dice.random() < 0.1:
            return
        came = self.dice.choice(["attended"] * 5 + ["late", "no_show"])
        log(client, days=0, assess=True, attendance=came, **self.said(client, came != "no_show"))
        self.decide(client)
        self.work(client)

    def said(self, client: Client, is_held: bool) -> dict[str, Any]:
        dice = self.dice
        scores = [ScoreEntry(instrument=name, total=Decimal(dice.randrange(20)))
                  for name in ("PHQ-9", "GAD-7") if dice.random() < 0.4]  # fmt: skip
        if not is_held:
            return {}
        shown = (Visibility.PRIVATE,) if client.code_name == "Case 1" else tuple(Visibility)
        tags = [
            TagEntry(code=code, intensity=dice.randint(1, 3), visibility=dice.choice(shown))
            for code in sorted({dice.choice(SIGNS) for _ in range(dice.randrange(4))})
        ]
        steps = PlanStep.objects.filter(client=client, ended_on=None).order_by(
            "since", "side", "strategy"
        )
        trials = tuple(
            TrialEntry(step=step.pk, outcome=dice.choice([*Trial.Outcome, "helped"]))
            for step in steps
            if dice.random() < 0.8
        )
        has_strain = any(tag.code == "M5" for tag in tags)
        return {
            "tags": tuple(tags),
            "repair": dice.choice(["", "repaired", "partly"]) if has_strain else "",
            "scores": tuple(scores),
            "trials": trials,
            "movement": dice.random() < 0.1,
        }

    def decide(self, client: Client) -> None:
        live = Suggestion.objects.live().filter(client=client, therapist=client.therapist)
        row = live.filter(state__in=("offered", "snoozed")).order_by("rank").first()
        if row is None or self.dice.random() < 0.4:
            return
        kind = next(self.decisions)
        given = {"suggestion": row, "by": client.therapist}
        if kind == "plan":
            plan_suggestion(**given, today=TODAY(), therapist_words="Slower.", client_words="Say.")
        elif kind == "snooze":
            until = TODAY() + dt.timedelta(days=14)
            snooze_suggestion(**given, reason="Not now.", until=until)
        else:
            dismiss_suggestion(**given, reason="It does not fit.")

    def work(self, client: Client) -> None:
        """On the impasse: open it, move it, close it, weigh what it is."""
        episode = Episode.objects.filter(client=client, stage__in=OPEN).first()
        if episode is None:
            if self.dice.random() < 0.4:
                live = Suggestion.objects.live().filter(client=client, therapist=client.therapist)
                private_first = sorted(live, key=lambda row: (bool(row.shared_trace), row.rank))
                episode = open_impasse(
                    client=client, by=client.therapist, today=TODAY(), stage=Stage.NAMED,
                    suggestion=next(iter(private_first), None),
                )  # fmt: skip
                weights = {name: (self.dice.randrange(4), "") for name in ("Y1", "Y2", "Y3")}
                weigh_types(episode=episode, by=client.therapist, weights=weights)
            return
        if self.dice.random() < 0.5:
            return
        to = self.dice.choice(next_stages(episode.stage))
        given = {"episode": episode, "by": client.therapist, "today": TODAY(), "to": to}
        if to in CLOSED:
            close_impasse(**given, repaired="no_strain", growth=(), learned_patterns="",
                          learned_alliance="", learned_resilience="")  # fmt: skip
        else:
            move_impasse(**given)
