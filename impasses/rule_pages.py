"""The rules in plain words, as "How suggestions are made" shows them: rendered from the data."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from impasses.catalogue import Entry, catalogue
from impasses.conditions import Condition, Node, leaves
from impasses.findings import Offer
from impasses.models import RuleSetting
from impasses.rule_settings import thresholds
from impasses.rulebook import rulebook
from impasses.rules import Rule
from impasses.rules_in_force import rules_in_force, settings_in_force, version_in_force


@dataclass(frozen=True)
class Line:
    """One condition of a rule: how it is joined to what stands above, how deep, what it asks."""

    joiner: str
    is_inner: bool
    words: str
    marks: tuple[Entry, ...]


@dataclass(frozen=True)
class Offered:
    """What a rule offers, its ids as entries of the catalogue."""

    offer: Offer

    def _entries(self, ids: Sequence[str]) -> list[Entry]:
        return [catalogue()[key] for key in ids]

    @property
    def types(self) -> list[Entry]:
        return self._entries(self.offer.types)

    @property
    def causes(self) -> list[Entry]:
        return self._entries(self.offer.causes)

    @property
    def therapist(self) -> list[Entry]:
        return self._entries(self.offer.therapist_strategies)

    @property
    def client(self) -> list[Entry]:
        return self._entries(self.offer.client_strategies)

    @property
    def techniques(self) -> list[Entry]:
        return self._entries(self.offer.techniques)

    @property
    def additions(self) -> list[Entry]:
        return self._entries(self.offer.additions)


@dataclass(frozen=True)
class RuleCard:
    """One rule as an organisation works with it; `rule` is the published one while it is off."""

    rule: Rule
    setting: RuleSetting | None
    is_on: bool
    version: int
    changed: tuple[str, ...]

    @property
    def lines(self) -> list[Line]:
        return list(_lines(self.rule.when))

    @property
    def offers(self) -> list[Offered]:
        return [Offered(o) for o in (self.rule.offer, self.rule.otherwise) if o]

    @property
    def may_be_quick(self) -> bool:
        """Whether a single event is enough, however few sessions were held."""
        return any(leaf.single_event for leaf in leaves(self.rule.when))

    @property
    def is_proposed(self) -> bool:
        return self.rule.offer.confidence == "proposed"


def rule_cards(organisation_id: uuid.UUID) -> list[RuleCard]:
    """The twenty rules in their order, as the organisation works with them. Two queries."""
    settings = settings_in_force(organisation_id)
    in_force = {rule.id: rule for rule in rules_in_force(organisation_id)}
    return [
        rule_card(published, in_force.get(published.id), settings.get(published.id))
        for published in rulebook().rules
    ]


def rule_card(published: Rule, in_force: Rule | None, setting: RuleSetting | None) -> RuleCard:
    """One of them; `in_force` is None where it is switched off."""
    return RuleCard(
        rule=in_force or published,
        setting=setting,
        is_on=in_force is not None,
        version=version_in_force(published.id, setting),
        changed=tuple(changes_in_words(published, in_force)) if in_force else (),
    )


def changes_in_words(before: Rule, after: Rule) -> Iterator[str]:
    """Each condition that asks something else, as in "... in at least 3 ... (was: ...)"."""
    if thresholds(before) == thresholds(after):
        return
    for was, now in zip(_lines(before.when), _lines(after.when), strict=True):
        if was.words != now.words:
            yield f"{now.words} (was: {was.words})"


def history(organisation_id: uuid.UUID) -> list[RuleSetting]:
    """Every change that was published, the latest first."""
    rows = RuleSetting.objects.filter(organisation=organisation_id)
    return list(rows.select_related("published_by").order_by("-published_at"))


def named_by(rule: Rule) -> set[str]:
    """The ids of everything a rule reads or offers."""
    offers = [offer for offer in (rule.offer, rule.otherwise) if offer]
    lists = (
        (o.types, o.causes, o.therapist_strategies, o.client_strategies, o.techniques, o.methods)
        for o in offers
    )
    read = {mark.id for line in _lines(rule.when) for mark in line.marks}
    return (
        read
        | {key for groups in lists for ids in groups for key in ids}
        | {key for offer in offers for key in offer.additions}
    )


def _lines(node: Node, *, joiner: str = "", depth: int = 0) -> Iterator[Line]:
    if isinstance(node, Condition):
        marks = tuple(catalogue()[mark.id] for mark in getattr(node, "marks", ()))
        yield Line(joiner, depth > 1, node.in_words, marks)
        return
    for number, child in enumerate(node.nodes):
        word = "and" if node.of == "all" else "or"
        yield from _lines(child, joiner=word if number else joiner, depth=depth + 1)
