"""Forms about meetings and agendas. They clean values and never save."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crispy_forms.layout import Div
from django import forms
from django.forms import BoundField
from django.utils import timezone

from impasses.catalogue import catalogue
from people.forms import TextField, page_helper, read_number
from people.models import User
from people.templatetags.look import day_time
from sessions_app.drafts import Typed, first_of, initial_of_draft
from sessions_app.form_fields import MomentField, MomentInput
from supervision.meeting_page import ItemCard
from supervision.models import AgendaItem, Meeting

NOBODY = "Nobody supervises you today. An administrator can change that."
QUESTION_LENGTH = 300
WORDS_LENGTH = 600
NOTES_LENGTH = 20_000
MINUTES = (15, 180)


class MomentForm(forms.Form):
    """When a meeting is, and for how long."""

    at = MomentField(
        label="When",
        widget=MomentInput(),
        error_messages={
            "required": "Give the day and the hour.",
            "invalid": "Write it as 2026-11-03 14:00.",
        },
    )
    minutes = forms.IntegerField(
        label="Minutes",
        initial=60,
        min_value=MINUTES[0],
        max_value=MINUTES[1],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            f"Give a whole number from {MINUTES[0]} to {MINUTES[1]}, such as 60.",
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper(
            Div("at", "minutes", css_class="field-grid"), button="Save the time"
        )

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        this_year = timezone.localdate().year
        if not this_year - 1 <= at.year <= this_year + 2:
            raise forms.ValidationError(f"{at.year} cannot be right. Check the year.")
        return at


class PlanMeetingForm(MomentForm):
    """Who comes, and when."""

    therapists = forms.MultipleChoiceField(
        label="With",
        widget=forms.CheckboxSelectMultiple,
        help_text="More than one makes it a group: each reads the questions, the answers and what "
        "is agreed, and nothing else of the others’ cases.",
        error_messages={
            "required": "Choose who comes.",
            "invalid_choice": "Choose among the therapists shown.",
        },
    )
    field_order = ("therapists", "at", "minutes")

    def __init__(self, *args: Any, therapists: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in therapists}
        self.fields["therapists"].choices = named(therapists)  # type: ignore[attr-defined]
        self.helper = page_helper(
            "therapists",
            Div("at", "minutes", css_class="field-grid"),
            button="Plan the meeting",
        )

    def clean_therapists(self) -> list[User]:
        return [self.people[key] for key in self.cleaned_data["therapists"]]


def group_in_words(group: Meeting) -> str:
    """As in "The group of Wed 25 Nov, 15:00: everybody there reads the question"."""
    return f"The group of {day_time(group.at)}: everybody there reads the question"


def named(people: Sequence[User]) -> list[tuple[str, str]]:
    """Each by name, as a choice."""
    return [(str(person.pk), person.name) for person in people]


class BringForm(forms.Form):
    """A case for the next meeting, with one question."""

    question = TextField(
        label="Your question",
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="One question you would like to leave the meeting with an answer to.",
        error_messages={
            "required": "Write the one question you would like to take there.",
            "max_length": f"Keep the question to {QUESTION_LENGTH} characters.",
        },
    )
    wish = forms.ChoiceField(
        label="What would help most",
        choices=[("", "No matter"), *AgendaItem.Wish.choices],
        required=False,
        error_messages={"invalid_choice": "Choose one of these, or none."},
    )
    group = forms.ChoiceField(
        label="For",
        required=False,
        error_messages={"invalid_choice": "Choose one of the meetings shown."},
    )
    supervisor = forms.ChoiceField(
        label="With",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), "Choose whom you want to ask."
        ),
    )

    def __init__(
        self,
        *args: Any,
        supervisors: Sequence[User],
        groups: Sequence[Meeting] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = {str(group.pk): group for group in groups}
        said = [(key, group_in_words(group)) for key, group in self.groups.items()]
        alone = ("", "The next meeting of the two of you")
        self.fields["group"].choices = [alone, *said]  # type: ignore[attr-defined]
        if not groups:
            del self.fields["group"]
        self.people = {str(person.pk): person for person in supervisors}
        self.fields["supervisor"].choices = named(supervisors)  # type: ignore[attr-defined]
        if len(supervisors) == 1:
            del self.fields["supervisor"]
        self.helper = page_helper(*self.fields, button="Bring to supervision")

    def clean(self) -> dict[str, Any]:
        """Where there is one supervisor, nobody is asked which."""
        if not self.people:
            self.errors.pop("supervisor", None)
            raise forms.ValidationError(NOBODY)
        if self.data.get("supervisor", "") not in ("", *self.people):
            raise forms.ValidationError(
                "Whom you chose does not supervise you any more. Look whom it goes to, and send it "
                "again."
            )
        if self.data.get("group", "") not in ("", *self.groups):
            raise forms.ValidationError(
                "That group is not open to you any more. Sent again, it goes to the next meeting "
                "of the two of you."
            )
        key = self.cleaned_data.get("supervisor") or next(iter(self.people))
        group = self.groups.get(self.cleaned_data.get("group", ""))
        return self.cleaned_data | {"supervisor": self.people[key], "group": group}


class ProposeForm(forms.Form):
    """Why the supervisor would like to look at a case."""

    reason = TextField(
        label="Why?",
        max_length=QUESTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="The therapist reads it beside the case, and may take the case off.",
        error_messages={
            "required": "Say in a sentence why you would like to look at it together.",
            "max_length": f"Keep it to {QUESTION_LENGTH} characters.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = page_helper("reason", button="Propose it")


@dataclass(frozen=True)
class ItemFields:
    """The fields of one case of the agenda."""

    answer: BoundField
    words: BoundField
    strategy: BoundField


class MeetingForm(forms.Form):
    """What is written in a meeting: notes, an answer a case, and what one agrees to try.

    Everything is one form, so that no button loses what stands in another field. `agreeing` is
    the case whose words and strategy must be there.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    notes = TextField(
        label="Notes",
        required=False,
        max_length=NOTES_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={"max_length": f"Keep the notes to {NOTES_LENGTH} characters."},
    )

    def __init__(
        self,
        *args: Any,
        cards: Sequence[ItemCard],
        agreeing: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items = [card.item for card in cards if card.may_open]
        self.agreeing = agreeing
        self.typed: dict[str, str] = dict(self.data.items())
        for card in cards:
            if card.may_open:
                self._ask(card.item, card.first_strategy)

    def _ask(self, item: AgendaItem, strategy: str) -> None:
        self.fields[f"answer-{item.pk}"] = TextField(
            label="Answer",
            required=False,
            max_length=NOTES_LENGTH,
            initial=item.answer,
            widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
            error_messages={"max_length": f"Keep the answer to {NOTES_LENGTH} characters."},
        )
        self.fields[f"words-{item.pk}"] = TextField(
            label="What will be tried",
            required=False,
            max_length=WORDS_LENGTH,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            help_text="In your words; left empty, the library’s example.",
            error_messages={"max_length": f"Keep it to {WORDS_LENGTH} characters."},
        )
        self.fields[f"strategy-{item.pk}"] = forms.ChoiceField(
            label="Closest in the library",
            choices=strategies(item.therapist.name, item.client.code_name),
            initial=strategy,
            required=item.pk == self.agreeing,
            error_messages={
                "required": "Choose what comes closest, so that it is asked about.",
                "invalid_choice": "Choose one of the strategies shown.",
            },
        )

    def clean_version(self) -> int:
        return read_number(self.cleaned_data["version"])

    def beside(self, current: Meeting) -> list[tuple[str, str, str]]:
        """What differs from `current`: (label, yours, saved). Saving once more keeps yours."""
        self.data = dict(self.data.items()) | {"version": current.version}
        saved = dict(current.items.values_list("pk", "answer"))
        pairs = [("Notes", self.cleaned_data["notes"], current.notes)]
        pairs += [
            (f"Answer about {item.client.code_name}", self.answers[item.pk], saved[item.pk])
            for item in self.items
            if item.pk in saved
        ]
        return [pair for pair in pairs if pair[1] != pair[2]]

    @property
    def answers(self) -> dict[UUID, str]:
        """By the item's id."""
        return {item.pk: self.cleaned_data[f"answer-{item.pk}"] for item in self.items}

    @property
    def waiting(self) -> list[AgendaItem]:
        """The cases with words of what will be tried, on which nobody pressed "Agree"."""
        others = [item for item in self.items if item.pk != self.agreeing]
        return [item for item in others if self.cleaned_data[f"words-{item.pk}"]]

    def restore(self, typed: Typed) -> None:
        """Show a draft as it was typed; it is saved on what stood when it began."""
        self.initial = {**self.initial, **initial_of_draft(self, typed)}
        self.typed = {name: first_of(typed, name) for name in typed}

    @property
    def gone(self) -> list[str]:
        """What was written about cases that are off this agenda meanwhile."""
        about = {n: text for n, text in self.typed.items() if n.startswith(("answer-", "words-"))}
        return [text for name, text in about.items() if text and name not in self.fields]

    def left(self, version: int) -> dict[str, Any]:
        """What was typed, without the words that are agreed on now."""
        agreed = f"words-{self.agreeing}"
        typed = {key: value for key, value in self.data.items() if key != agreed}
        return typed | {"version": version}

    @property
    def agreed(self) -> dict[str, str]:
        """What the case at hand agreed on."""
        strategy = self.cleaned_data[f"strategy-{self.agreeing}"]
        words = self.cleaned_data[f"words-{self.agreeing}"]
        entry = catalogue()[strategy]
        return {"strategy": strategy, "words": words or getattr(entry, "say", entry.explanation)}

    def beside_cards(self, cards: Sequence[ItemCard]) -> list[tuple[ItemCard, ItemFields | None]]:
        """Each case with its fields, where this reader may write them."""
        return [(card, self._fields(card.item) if card.may_open else None) for card in cards]

    def _fields(self, item: AgendaItem) -> ItemFields:
        return ItemFields(*(self[f"{name}-{item.pk}"] for name in ("answer", "words", "strategy")))


def strategies(therapist: str, code_name: str) -> list[Any]:
    """Everything that can be agreed on, by who tries it."""
    known = catalogue()
    techniques = [(t.id, t.qualified) for kind in known.types for t in kind.techniques]
    return [
        (f"{therapist} tries", [(s.id, s.name) for s in known.therapist_strategies] + techniques),
        (f"{code_name} tries", [(s.id, s.name) for s in known.client_strategies]),
    ]
