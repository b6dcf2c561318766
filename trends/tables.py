"""What the trend pages show, as tables: page, charts and export are made of the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from impasses.catalogue import Manifestation, catalogue
from impasses.models.episode import OPEN, Stage
from sessions_app.models import TherapySession
from trends.periods import Kind
from trends.series import Series, labels
from trends.survival import Waiting, sessions

UNKNOWN = "–"
FEW = "under 5"
NONE = "none"


@dataclass(frozen=True)
class Row:
    """A figure with its cells; `key` opens the cases behind it."""

    head: str
    cells: tuple[str, ...]
    key: str = ""


@dataclass(frozen=True)
class Table:
    """A title that asks, what it answers, and the numbers."""

    title: str
    answer: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(default=())

    @property
    def heading(self) -> str:
        return f"{self.title} {self.answer}".strip()


# --- which signs are rising ----------------------------------------------------------------------


@dataclass(frozen=True)
class SignLine:
    """One manifestation over the thirteen periods."""

    sign: Manifestation
    values: tuple[int | None, ...]
    usual: tuple[int, int] | None

    @property
    def standing(self) -> str:
        """Above, below or usual; empty where that cannot be said."""
        now = self.values[-1]
        if now is None or self.usual is None:
            return ""
        return "above" if now > self.usual[1] else "below" if now < self.usual[0] else "usual"

    @property
    def range(self) -> str:
        return in_words(self.usual)


def sign_lines(series: Series) -> list[SignLine]:
    """A line a manifestation, in lane order."""
    return [
        SignLine(sign, tuple(series.values(key)), series.usual(key))
        for sign in catalogue().manifestations
        if (key := f"sign.{sign.id}")
    ]


def signs_table(series: Series) -> Table:
    """In how many held sessions each showed, period by period."""
    lines = sign_lines(series)
    columns = ("Sign", *labels(series.periods), "Usual", "Mean intensity")
    rows = tuple(
        Row(
            line.sign.word,
            (*(told(value) for value in line.values), line.range, _intensity(series, line)),
            f"sign.{line.sign.id}",
        )
        for line in lines
    )
    rising = [line.sign.word for line in lines if line.standing == "above"]
    if rising:
        answer = f"{_listed(rising)}, above the usual range"
    elif any(line.usual for line in lines):
        answer = "None is above its usual range"
    elif any(series.is_hidden(f"sign.{line.sign.id}") for line in lines):
        answer = "Too few people to say what is usual"
    else:
        answer = "There are too few periods yet to say what is usual"
    return Table("Which signs are rising?", answer, columns, rows)


def _intensity(series: Series, line: SignLine) -> str:
    shown, total = line.values[-1], series.value(f"intensity.{line.sign.id}")
    return f"{total / shown:.1f} of 3" if shown and total else UNKNOWN


# --- where the impasses stand --------------------------------------------------------------------


def stages_table(series: Series) -> Table:
    """The open impasses by stage at the end of each period, and what moved in it."""
    columns = ("Impasses", *labels(series.periods))
    rows = [
        Row(stage.label, tuple(map(told, series.values(f"stage.{stage}"))), f"stage.{stage}")
        for stage in OPEN
    ]
    moved = (("opened", "Opened"), ("loosened", "Loosened"), *ENDS)
    rows += [Row(word, tuple(map(told, series.values(key))), key) for key, word in moved]
    total = series.value("open")
    further = _sum(series.value(f"stage.{s}") for s in (Stage.WORKED, Stage.LOOSENING))
    if total is None or further is None:
        answer = "Too few to tell"
    elif not total:
        answer = "None is open"
    else:
        answer = f"{further} of {total} {'is' if further == 1 else 'are'} being worked or loosening"
    return Table("Where do the impasses stand?", answer, columns, tuple(rows))


ENDS = ((str(Stage.RESOLVED), "Resolved"), (str(Stage.ENDED), "Ended unresolved"))


# --- how long until something moves --------------------------------------------------------------


def waits_table(waiting: Waiting) -> Table:
    """The estimate in numbers; of a few impasses each by itself."""
    title, answer = "How long until something moves?", waiting.answer
    if not waiting.is_drawn:
        rows = tuple(
            Row(f"{'Moved' if moved else 'Not yet moved'} after", (sessions(count),))
            for count, moved in waiting.waits
        )
        return Table(title, answer, ("Impasse", "Waited"), rows)
    columns = ("Held sessions", "Waiting", "Moved then", "Share still waiting", "95% interval")
    rows = tuple(
        Row(
            str(step.sessions),
            (
                str(step.at_risk), str(step.moved), f"{step.still:.2f}",
                f"{step.low:.2f} to {step.high:.2f}",
            ),
        )
        for step in waiting.steps
    )  # fmt: skip
    return Table(title, answer, columns, rows)


# --- against the period before -------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A count, or so many of so many: keys are summed."""

    head: str
    of: tuple[str, ...]
    out_of: tuple[str, ...] = ()
    key: str = ""

    def happened(self, series: Series) -> bool:
        """Whether there is anything to say of this period or the one before."""
        counted = (series.value(key, place) for key in self.of for place in (-1, -2))
        return any(value != 0 for value in counted)

    def said(self, series: Series, place: int) -> str:
        """As in "7" or "2 of 3"; small numbers stay numbers."""
        part = _sum(series.value(key, place) for key in self.of)
        if series.figures[place] is None:
            return UNKNOWN
        if part is None:
            return FEW
        if not self.out_of:
            return str(part)
        whole = _sum(series.value(key, place) for key in self.out_of)
        return FEW if whole is None else f"{part} of {whole}" if whole else NONE


OUTCOMES = tuple(f"outcome.{name}" for name in ("helped", "partly", "no", "worse", "too_early"))
ATTENDANCE = tuple(
    Figure(
        f"Appointments: {label.lower()}",
        (f"attendance.{value}",),
        ("held", "missed"),
        f"attendance.{value}",
    )
    for value, label in TherapySession.Attendance.choices
    if value != "attended"
)
FIGURES = (
    Figure("Sessions held", ("held",), (), "held"),
    *ATTENDANCE,
    Figure("Impasses opened", ("opened",), (), "opened"),
    Figure("Impasses loosened", ("loosened",), (), "loosened"),
    Figure("Impasses resolved", ("resolved",), (), "resolved"),
    Figure("Impasses ended unresolved", ("ended",), (), "ended"),
    Figure("Stuck for four sessions or more", ("stuck",), ("open",), "stuck"),
    Figure("Strain repaired", ("repair.repaired",), ("strain",), "repair.repaired"),
    Figure("Strain partly repaired", ("repair.partly",), ("strain",), "repair.partly"),
    Figure("Suggestions that came up", ("offered",), (), "offered"),
    Figure("Suggestions planned", ("planned",), ("planned", "dismissed", "snoozed"), "planned"),
    Figure("Suggestions waiting for a decision", ("unanswered",), (), "unanswered"),
    Figure("Steps that helped or partly helped", OUTCOMES[:2], OUTCOMES, "outcome.helped"),
    Figure(
        "Scores reliably better", ("score.better",),
        ("score.better", "score.worse", "score.unclear"), "score.better",
    ),
    Figure(
        "Scores reliably worse", ("score.worse",),
        ("score.better", "score.worse", "score.unclear"), "score.worse",
    ),
)  # fmt: skip
MISSING = (
    Figure("No appointment logged", ("missing.log",), ("cases",), "missing.log"),
    Figure("No score for twelve weeks", ("missing.score",), ("cases",), "missing.score"),
    Figure("Strain without a word on repair", ("repair.unsaid",), ("strain",), "repair.unsaid"),
)


def figures_table(series: Series) -> Table:
    """Everything else that happened, beside the period before and the usual range."""
    kind = series.period.kind
    types = tuple(
        Figure(f"Open impasses: {each.name}", (f"type.{each.id}",), ("open",), f"type.{each.id}")
        for each in catalogue().types
    )
    rows = tuple(
        Row(
            figure.head,
            (
                figure.said(series, -1),
                figure.said(series, -2),
                in_words(series.usual(figure.of[0])) if len(figure.of) == 1 else "",
            ),
            figure.key,
        )
        for figure in (*FIGURES, *types, *MISSING)
        if figure.happened(series)
    )
    this, before = labels(series.periods[-2:])[::-1]
    name = "Week" if kind == Kind.WEEK else "Month"
    columns = ("Figure", _of(kind, this), _of(kind, before), "Usual")
    return Table(f"Against the {name.lower()} before", "", columns, rows)


def _of(kind: Kind, label: str) -> str:
    return f"Week {label}" if kind == Kind.WEEK else label


# --- words ---------------------------------------------------------------------------------------


def told(value: int | None) -> str:
    return UNKNOWN if value is None else str(value)


def in_words(usual: tuple[int, int] | None) -> str:
    """As in "4 to 8"; empty where too few periods are known."""
    if usual is None:
        return ""
    low, high = usual
    return str(low) if low == high else f"{low} to {high}"


def _sum(values: Iterable[int | None]) -> int | None:
    """None as soon as one of them is not told."""
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _listed(words: Sequence[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def figure_heads() -> dict[str, str]:
    """What each figure is called whose cases can be looked at."""
    known = catalogue()
    heads = {figure.key: figure.head for figure in (*FIGURES, *MISSING)}
    heads |= {f"sign.{s.id}": f"Sessions with {s.word.lower()}" for s in known.manifestations}
    heads |= {f"stage.{stage}": f"Open impasses, {stage.label.lower()}" for stage in OPEN}
    heads |= {f"type.{each.id}": f"Open impasses: {each.name}" for each in known.types}
    return heads | {"outcome.helped": "Steps that helped"}
