"""What the trend pages show, as tables: page, charts and export are made of the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor

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
    columns = ("Sign", *labels(series.periods), "Usual")
    rows = tuple(
        Row(
            line.sign.word,
            (*(told(value) for value in line.values), line.range),
            f"sign.{line.sign.id}",
        )
        for line in lines
    )
    rising = [line.sign.word for line in lines if line.standing == "above"]
    answer = (
        f"{_listed(rising)}, above the usual range"
        if rising
        else _no_rise(series, any(line.usual for line in lines), "None is above its usual range")
    )
    return Table("Which signs are rising?", answer, columns, rows)


def _no_rise(series: Series, is_known: bool, none: str) -> str:
    """Said of signs of which none rises, as far as one can know."""
    if is_known:
        return none
    if any(series.is_hidden(f"sign.{sign.id}") for sign in catalogue().manifestations):
        return "Too few people to say what is usual"
    return f"There are too few {series.period.kind}s yet to say what is usual"


# --- how strong they are -------------------------------------------------------------------------


def strengths_table(series: Series) -> Table:
    """How often each sign showed and how strongly: beside the period before, and what is usual."""
    columns = (
        "Sign", "In sessions", "Change in sessions", "Usual in sessions",
        "Mean intensity", "Change in intensity", "Usual intensity",
    )  # fmt: skip
    rows, strong, is_known = [], [], False
    for sign in catalogue().manifestations:
        key = f"sign.{sign.id}"
        mean, usual = series.mean(sign.id), series.usual_mean(sign.id)
        is_known |= usual is not None
        if mean is not None and usual is not None and mean > usual[1]:
            strong.append(sign.word)
        cells = (
            Figure(sign.word, (key,), ("held",)).said(series, -1),
            _change(series.value(key), series.value(key, -2), "more", "fewer"),
            in_words(series.usual(key)),
            _intensity(series, sign.id),
            _change(mean, series.mean(sign.id, -2), "stronger", "weaker"),
            in_words(usual),
        )
        rows.append(Row(sign.word, cells, key))
    answer = (
        f"{_listed(strong)}, stronger than usual"
        if strong
        else _no_rise(series, is_known, "None is stronger than usual")
    )
    return Table("How strong are the signs?", answer, columns, tuple(rows))


def _intensity(series: Series, sign: str) -> str:
    mean = series.mean(sign)
    if mean is not None:
        return f"{mean:.1f} of 3"
    return FEW if series.value(f"sign.{sign}") is None else UNKNOWN


def _change(now: float | None, before: float | None, up: str, down: str) -> str:
    """As in "2 more" or "0.3 weaker"; a dash where one of the two is not known."""
    if now is None or before is None:
        return UNKNOWN
    by = round(now - before, 1)
    return "same" if not by else f"{abs(by)} {up if by > 0 else down}"


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


def waits_table(waiting: Waiting, *, is_hidden: bool = False) -> Table:
    """The estimate in numbers; of a few impasses each by itself, unless those are not told."""
    title, answer = "How long until something moves?", waiting.answer
    if is_hidden:
        return Table(title, "Too few to tell", ())
    if not waiting.is_drawn:
        rows = tuple(
            Row(f"{'Moved' if moved else 'Not yet moved'} after", (sessions(count),))
            for count, moved in waiting.waits
        )
        return Table(title, answer, ("Impasse", "Waited"), rows)
    columns = ("Held sessions", "Waiting", "Moved then", "Still waiting", "95% interval")
    rows = tuple(
        Row(
            str(step.sessions),
            (
                str(step.at_risk), str(step.moved), _so_many(step.still, waiting.count),
                f"{floor(step.low * waiting.count)} to {ceil(step.high * waiting.count)}",
            ),
        )
        for step in waiting.steps
    )  # fmt: skip
    return Table(title, answer, columns, rows)


def _so_many(share: float, count: int) -> str:
    """As in "3 of 7"; "about" where some had not been seen that long, so that it is an estimate."""
    number = round(share * count)
    if abs(share * count - number) < count / 1000:
        return f"{number} of {count}"
    return f"about {number} of {count}" if number else f"fewer than 1 of {count}"


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


def in_words(usual: tuple[float, float] | None) -> str:
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
