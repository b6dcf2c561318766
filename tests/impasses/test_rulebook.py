"""The rule file: what stands in it, and that a broken one is refused with its line."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impasses.catalogue import catalogue
from impasses.conditions import leaves
from impasses.conditions_of_marks import MarksInAll
from impasses.rulebook import FILE, READ_BY_ALL, BrokenRulebook, load, rulebook

PUBLISHED = [
    "R18",
    "R17",
    "R6",
    "R1",
    "R2",
    "R16",
    "R3",
    "R15",
    "R5",
    "R4",
    "R11",
    "R10",
    "R9",
    "R8",
    "R7",
    "R13",
    "R14",
    "R12",
    "R19",
    "R20",
]
TEXT = FILE.read_text(encoding="utf-8")

READS = {
    "R1": {"tags", "features"},
    "R3": {"tags"},
    "R4": {"tags", "features"},
    "R7": {"tags", "features"},
    "R10": {"tags", "features"},
    "R2": {"scores", "tags"},
    "R5": {"features"},
    "R6": {"tags", "repair"},
    "R8": {"features"},
    "R9": {"task", "features"},
    "R11": {"tags", "features"},
    "R13": {"goals_reviewed", "tags"},
    "R14": {"tags", "attendance", "ambivalence"},
    "R17": {"tags", "as"},
    "R18": {"scores"},
    "R19": {"scores", "tags"},
    "R20": {"trials", "episode_from", "tags", "movement"},
    "R12": {"tags", "theme"},
    "R15": {"tags", "attendance"},
    "R16": {"tags", "as"},
}


class TestThePublishedRules:
    def test_they_stand_in_the_published_order(self) -> None:
        assert [(r.id, r.order) for r in rulebook().rules] == [
            (id_, place) for place, id_ in enumerate(PUBLISHED, 1) if id_ in READS
        ]

    def test_the_facts_they_read(self) -> None:
        assert rulebook().facts_read == READS
        assert {"on", "attendance", "baseline", "context"} == READ_BY_ALL

    def test_a_rule_is_found_by_its_id(self) -> None:
        assert rulebook()["R12"].id == "R12"
        assert "R12" in rulebook()
        assert "R99" not in rulebook()

    @pytest.mark.parametrize("rule", sorted(READS))
    def test_each_offers_something_to_both_sides(self, rule: str) -> None:
        offer = rulebook()[rule].offer
        assert offer.therapist_strategies
        assert offer.client_strategies
        assert bool(offer.techniques) is bool(offer.types)
        assert all(technique[:2] in offer.types for technique in offer.techniques)

    @pytest.mark.parametrize("rule", sorted(READS))
    def test_each_says_what_it_rests_on_and_what_it_cannot_see(self, rule: str) -> None:
        one = rulebook()[rule]
        assert one.blind_to
        assert "proposed, not measured" in one.offer.source
        for sentence in (one.offer.claim, one.offer.basis, one.offer.source, *one.blind_to):
            assert sentence.endswith(".")

    def test_withdrawal_is_what_the_catalogue_calls_so(self) -> None:
        (condition,) = leaves(rulebook()["R16"].when)
        assert isinstance(condition, MarksInAll)
        forms = [form for m in catalogue().manifestations for form in m.sub_forms]
        assert [mark.id for mark in condition.marks] == [f.id for f in forms if f.withdrawal]
        assert [mark.id for mark in condition.marks if mark.how == "hopeless"] == ["M4c"]


BREAKS = [
    ("order = 4\n", 'order = "4"\n', "order = ", "order has to be a whole number"),
    ('hue = "M5"\n', 'hue = "red"\n', "hue = ", "hue is one of M1 to M5"),
    ('id = "R16"', 'id = "R1"', "[[rule]]", "two rules have the id R1"),
    ("order = 6\n", "order = 4\n", "[[rule]]", "two rules have the order 4"),
    ('id = "R16"', 'id = "R21"', "id = ", "R21 is no rule"),
    ('causes = ["C2"]', 'causes = ["C9"]', "causes", "C9 is not in the catalogue"),
    ('causes = ["C2"]', 'causes = ["T1"]', "causes", "T1 is not in the catalogue"),
    ('marks = ["M5c"]', 'marks = ["M5z"]', "marks", "M5z is no manifestation"),
    (', "M4c as hopeless"', ', "M4b as hopeless"', "marks", "only M4c says how"),
    (', "M4c as hopeless"', ', "M4c as funny"', "marks", "M4c as funny is no manifestation"),
    ('kind = "same_theme"', 'kind = "mood"', "kind", "'mood' is no kind of condition"),
    ('base = "scheduled"', 'base = "planned"', "base", "base is one of held, scheduled"),
    ('["no_show", "canc', '["ill", "canc', "attendance", "ill is no attendance"),
    ("at_most = 0", "at_most = -1", "at_most", "at_most has to be a whole number"),
    ("at_most = 0", "at_most = 0\nat_least = 2", "kind", "either at_least or at_most"),
    ("intensity = 3", "intensity = 4", "intensity", "intensity is 1, 2 or 3"),
    ("last = 5", "last = 0", "last", "last has to be 1 or more"),
    ("last = 5", "since = 5", "since", "since is unknown here"),
    ("last = 5", "", "kind", "last is missing"),
    ("single_event = true", "single_event = 1", "single_event", "single_event is true or false"),
    ('confidence = "proposed"', 'confidence = "C"', "confidence", "confidence is one of"),
    ("blind_to = [", 'mood = "x"\nblind_to = [', "mood", "mood is unknown here"),
    ('calm = { noun = "held session", ', "calm = { ", "calm", "noun is missing"),
    ('title = "Strain', 'title = ""\nclaim2 = "', "claim2", "claim2 is unknown here"),
    ("[[rule.any]]\n\n[[rule.any.all]]", "[[rule.any]]\nlast = 2\n[[rule.any.all]]", "", "nothing"),
    ("version = 1\n", "version = \n", "version", "this is not TOML"),
]


class TestABrokenFileIsRefused:
    @pytest.mark.parametrize(("old", "new", "on", "sentence"), BREAKS, ids=range(len(BREAKS)))
    def test_with_its_line(self, old: str, new: str, on: str, sentence: str) -> None:
        assert old in TEXT
        broken = TEXT.replace(old, new, 1)
        with pytest.raises(BrokenRulebook, match=re.escape(sentence)) as refusal:
            load(broken, name="rules.toml", known=catalogue())
        (line,) = re.findall(r"line (\d+)", str(refusal.value))
        assert str(refusal.value).startswith("rules.toml")
        assert on in broken.splitlines()[int(line) - 1]
        changed = TEXT[: TEXT.index(old)].count("\n") + 1
        assert abs(int(line) - changed) <= 4

    @settings(deadline=None, max_examples=150)
    @given(
        st.sampled_from([n for n, line in enumerate(TEXT.splitlines()) if " = " in line]),
        st.sampled_from(
            ["1", "-1", "2.5", "true", '""', '"x"', "[]", "[1]", '["x"]', "{}", "{ x = 1 }", "inf"]
        ),
    )
    def test_whatever_stands_in_a_line(self, number: int, value: str) -> None:
        lines = TEXT.splitlines()
        lines[number] = lines[number].partition(" = ")[0] + " = " + value
        try:
            load("\n".join(lines), known=catalogue())
        except BrokenRulebook as refusal:
            assert "line" in str(refusal)  # noqa: PT017

    @pytest.mark.parametrize("text", ["rule = [1]", "[[rule]]\nany = [1]"])
    def test_when_something_is_no_table(self, text: str) -> None:
        with pytest.raises(BrokenRulebook):
            load(text, known=catalogue())

    @pytest.mark.parametrize("text", ["", "[rule]\nid = 1", 'name = "x"', "rule = []"])
    def test_when_it_holds_something_else(self, text: str) -> None:
        with pytest.raises(BrokenRulebook, match=r"line 1: the file holds \[\[rule\]\] tables"):
            load(text, known=catalogue())

    @pytest.mark.parametrize("key", ["id", "claim", "types", "minimum_held", "calm", "blind_to"])
    def test_when_something_is_missing(self, key: str) -> None:
        without = re.sub(rf"(?m)^{key} = .*\n", "", TEXT, count=1)
        with pytest.raises(BrokenRulebook, match=f"{key} is missing"):
            load(without, known=catalogue())

    def test_when_a_rule_has_no_condition(self) -> None:
        bare = TEXT[: TEXT.index("[[rule.any]]")]
        with pytest.raises(BrokenRulebook):
            load(bare, known=catalogue())
