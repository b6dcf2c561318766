"""Who sees what, as a function of an entry: the last word on a kind holds, in whatever order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.models import Visibility
from sessions_app.entries import SessionEntry, TagEntry
from sessions_app.visibility import choices_for, items_changed, kinds, seen_as
from tests.conftest import ago

quietly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
STATES = st.sampled_from(list(Visibility))
HELD = ago(3)


@st.composite
def changes(draw: st.DrawFn) -> list[tuple[str, str]]:
    """Kinds of item with what each shall be, in some order."""
    chosen = draw(st.lists(st.sampled_from(list(kinds()))))
    return [(kind, draw(st.sampled_from(choices_for({kind})))) for kind in chosen]


@st.composite
def entries(draw: st.DrawFn) -> SessionEntry:
    codes = draw(st.sets(st.sampled_from(["M1", "M3", "M5", "Y1a", "Y3b"])))
    features = draw(STATES)
    return SessionEntry(
        held_at=HELD,
        tags=tuple(
            TagEntry(
                code=code,
                visibility=features if code.startswith("Y") else draw(STATES),
                sub_forms=("M5b", "M5c") if code == "M5" else (),
                private_forms=draw(st.sampled_from([(), ("M5c",)])) if code == "M5" else (),
            )
            for code in sorted(codes)
        ),
        note=draw(st.sampled_from(["", "a note"])),
        note_visibility=draw(st.sampled_from(["shared", "private"])),
    )


def after(entry: SessionEntry, steps: list[tuple[str, str]]) -> SessionEntry:
    for kind, to in steps:
        entry = seen_as(entry, {kind}, to)
    return entry


@quietly
@given(entries(), changes(), st.randoms())
def test_the_order_of_kinds_does_not_matter(
    entry: SessionEntry, steps: list[tuple[str, str]], dice: object
) -> None:
    last = list(dict(steps).items())
    dice.shuffle(last)  # type: ignore[attr-defined]
    assert after(entry, last) == after(entry, steps)


@quietly
@given(entries(), changes())
def test_only_who_sees_it_changes_and_it_can_be_taken_back(
    entry: SessionEntry, steps: list[tuple[str, str]]
) -> None:
    everything = [(kind, "shared") for kind in kinds()]
    assert after(after(entry, steps), everything) == after(entry, everything)
    assert items_changed(entry, after(entry, steps)) <= len({kind for kind, _ in steps})
    assert (items_changed(entry, after(entry, steps)) == 0) == (entry == after(entry, steps))
