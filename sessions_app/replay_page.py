"""A replay as its asker reads it: how far it is, what would change, week by week."""

from dataclasses import dataclass
from datetime import date

from impasses.rule_pages import changes_in_words
from impasses.rule_settings import Adjustment, adjusted
from impasses.rulebook import rulebook
from impasses.rules_in_force import rules_in_force, settings_in_force, version_in_force
from people.models import Client, User
from sessions_app.models import RuleReplay
from sessions_app.replay import WEEKS


@dataclass(frozen=True)
class WeekCount:
    """How many cases were prompted in a week, before and after."""

    monday: date
    before: int
    after: int


@dataclass(frozen=True)
class Turn:
    """A week in which a case would have been prompted otherwise."""

    monday: date
    before: str
    after: str


@dataclass(frozen=True)
class CaseTurns:
    """A case with the weeks that differ."""

    client: Client
    turns: tuple[Turn, ...]


@dataclass(frozen=True, kw_only=True)
class ReplayPage:
    """The whole page but its form."""

    replay: RuleReplay
    title: str
    changes: tuple[str, ...]
    was_on: bool
    is_outdated: bool
    weeks: tuple[WeekCount, ...]
    cases: tuple[CaseTurns, ...]
    weeks_back = WEEKS

    @property
    def before(self) -> int:
        """Prompted case-weeks under the rule as it is."""
        return sum(week.before for week in self.weeks)

    @property
    def after(self) -> int:
        return sum(week.after for week in self.weeks)

    @property
    def most(self) -> int:
        return max((max(week.before, week.after) for week in self.weeks), default=1) or 1

    @property
    def may_publish(self) -> bool:
        return self.replay.is_done and not self.is_outdated


def replay_page(replay: RuleReplay, *, user: User) -> ReplayPage:
    """Read a replay of one's own. Four queries, whatever it found."""
    published = rulebook()[replay.rule]
    setting = settings_in_force(user.organisation_id).get(replay.rule)
    in_force = {rule.id: rule for rule in rules_in_force(user.organisation_id)}
    now = in_force.get(replay.rule)
    change = Adjustment(replay.rule, replay.version + 1, True, replay.thresholds)
    proposed = adjusted([published], [change])[0]
    cases = Client.objects.visible_to(user).filter(pk__in=replay.result["cases"])
    return ReplayPage(
        replay=replay,
        title=published.offer.title,
        changes=tuple(changes_in_words(now or published, proposed)),
        was_on=now is not None,
        is_outdated=version_in_force(replay.rule, setting) != replay.version,
        weeks=tuple(
            WeekCount(date.fromisoformat(monday), *counts)
            for monday, counts in sorted(replay.result["weeks"].items(), reverse=True)
        ),
        cases=tuple(
            CaseTurns(
                client,
                tuple(
                    Turn(date.fromisoformat(monday), before, after)
                    for monday, before, after in reversed(replay.result["cases"][str(client.pk)])
                ),
            )
            for client in cases.order_by("code_name", "pk")
        ),
    )
