"""What is suggested, what an impasse is and becomes, what is tried, and whether it helped.

`privacy` labels every field as in `people.models`. A trial knows its session by UUID alone.
"""

from impasses.models.episode import Episode, EpisodeMove, Hypothesis
from impasses.models.plan import PlanStep, Trial
from impasses.models.rule_setting import RuleSetting
from impasses.models.suggestion import Suggestion, SuggestionQuerySet

__all__ = [
    "Episode",
    "EpisodeMove",
    "Hypothesis",
    "PlanStep",
    "RuleSetting",
    "Suggestion",
    "SuggestionQuerySet",
    "Trial",
]
