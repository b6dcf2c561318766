"""The catalogue is whole, says what it should, and refuses a broken file by file and line."""

import re
import shutil
from pathlib import Path

import pytest

from impasses.catalogue import KNOWLEDGE, Marker, Method, Strategy, catalogue, load
from impasses.catalogue_file import BrokenCatalogue
from impasses.questionnaires import questionnaires

# Written out from the ontology, independently of the files.
NAMES = {
    "M1": "Resistance",
    "M1a": "Avoidance",
    "M1b": "Denial",
    "M1c": "Intellectualisation",
    "M1d": "Acting out",
    "M2": "Avoidance of difficult topics",
    "M2a": "Emotionally charged issues",
    "M2b": "Behaviour patterns that contribute to difficulties",
    "M3": "Repetitive patterns",
    "M3a": "Predictable, unproductive pattern",
    "M3b": "Same issue recurs unresolved",
    "M4": "Lack of motivation",
    "M4a": "Disengaged",
    "M4b": "Not participating actively",
    "M4c": "Questions the value of therapy",
    "M5": "Changes in the therapeutic relationship",
    "M5a": "Power struggle",
    "M5b": "Transference",
    "M5c": "Counter-transference",
    "C1": "Unconscious conflicts",
    "C1a": "Ingrained conflicts",
    "C1b": "Unresolved traumas",
    "C1c": "Hindering beliefs",
    "C2": "Defence mechanisms",
    "C2a": "Denial",
    "C2b": "Repression",
    "C2c": "Projection",
    "C3": "Transference and counter-transference",
    "C3a": "Transference",
    "C3b": "Counter-transference",
    "C4": "Ambivalence about change",
    "C4a": "Wants improvement",
    "C4b": "Fears challenge and uncertainty",
    "C5": "Lack of clarity in goals",
    "C5a": "Goals unclear",
    "C5b": "Goals unattainable",
    "C5c": "Goals not set together",
    "C6": "Therapeutic mismatch",
    "C6a": "Theoretical orientation or approach",
    "C6b": "Rapport or personality",
    "Y1": "Relational impasse",
    "Y1a": "Unresolved transference",
    "Y1b": "Power struggle",
    "Y1c": "Perceived lack of understanding",
    "Y1t1": "Focus on the alliance",
    "Y1t2": "Discuss the client's feelings openly",
    "Y1t3": "Rebuild trust together",
    "Y2": "Cognitive impasse",
    "Y2a": "Cannot make sense of experience",
    "Y2b": "Cannot integrate new information",
    "Y2c": "Cannot modify beliefs",
    "Y2t1": "Cognitive restructuring",
    "Y2t2": "Explore underlying assumptions",
    "Y2t3": "Encourage flexible, adaptive thinking",
    "Y3": "Emotional impasse",
    "Y3a": "Cannot process difficult emotions",
    "Y3b": "Cannot express difficult emotions",
    "Y3c": "Overwhelmed by anxiety",
    "Y3d": "Overwhelmed by sadness",
    "Y3e": "Overwhelmed by anger",
    "Y3t1": "Emotion-regulation strategies",
    "Y3t2": "Mindfulness practices",
    "Y3t3": "Somatic experiencing",
    "Y4": "Behavioural impasse",
    "Y4a": "Self-destructive habits",
    "Y4b": "Avoids crucial situations",
    "Y4c": "Does not implement agreed changes",
    "Y4t1": "Exposure",
    "Y4t2": "Habit reversal",
    "Y4t3": "Skills training",
    "T1": "Identify the nature of the impasse",
    "T1a": "Understand the underlying dynamics",
    "T1b": "Identify resistance",
    "T1c": "Explore the emotional state",
    "T2": "Facilitate exploration",
    "T2a": "Gentle questioning",
    "T2b": "Reflective listening",
    "T2c": "Interpretation",
    "T3": "Strengthen the alliance",
    "T3a": "Empathy",
    "T3b": "Acceptance",
    "T3c": "Genuine concern",
    "T4": "Reframe as an opportunity for growth",
    "T4a": "Emphasise resilience",
    "T4b": "Emphasise the capacity for change",
    "T5": "Adapt therapeutic techniques",
    "T5a": "Incorporate new techniques",
    "T5b": "Alter the frequency of sessions",
    "T5c": "Explore other modalities",
    "T6": "Set realistic goals",
    "T6a": "Revisit and refine goals together",
    "T6b": "Small achievable steps",
    "K1": "Self-reflection",
    "K1a": "Reflect on patterns of resistance",
    "K1b": "Reflect on patterns of avoidance",
    "K1c": "Reflect on self-sabotage",
    "K1d": "Journaling",
    "K1e": "Mindfulness exercises",
    "K1f": "Other self-exploration",
    "K2": "Open communication",
    "K2a": "Express feelings",
    "K2b": "Express concerns",
    "K2c": "Express frustrations",
    "K3": "Active participation",
    "K3a": "Attend regularly",
    "K3b": "Do assigned tasks",
    "K3c": "Contribute to the dialogue",
    "K4": "Acceptance of discomfort",
    "K5": "Patience and persistence",
    "K6": "Collaboration",
    "K6a": "Identify goals together",
    "K6b": "Explore issues together",
    "K6c": "Develop coping strategies together",
    "G1": "Insight into unconscious processes",
    "G2": "Insight into patterns of resistance",
    "G3": "Insight into hindering beliefs",
    "G4": "Stronger alliance",
    "G5": "Resilience",
    "G6": "Self-awareness",
    "G7": "Renewed progress",
    "G8": "Lasting change",
    "D1": "Impasse",
    "F1": "Stuck",
    "F2": "Frustration",
    "F3": "Hopelessness",
    "P1": "Client",
    "P2": "Therapist",
    "N1": "Resistance to change",
    "N2": "Fear of uncomfortable truths",
    "N3": "Symptom of underlying anxieties and defences",
    "W1": "Careful exploration",
    "W2": "Patience",
    "W3": "Willingness to adapt",
}
RANGES = {
    "PHQ-9": (0, 27, "up=worse", "outcome"),
    "GAD-7": (0, 21, "up=worse", "outcome"),
    "CORE-10": (0, 40, "up=worse", "outcome"),
    "OQ-45.2": (0, 180, "up=worse", "outcome"),
    "ORS": (0, 40, "up=better", "outcome"),
    "SRS": (0, 40, "up=better", "alliance"),
    "WAI-SR": (12, 60, "up=better", "alliance"),
    "ARM-5": (5, 35, "up=better", "alliance"),
    "PCL-5": (0, 80, "up=worse", "outcome"),
    "A10": (0, 10, "up=better", "alliance"),
}


def test_every_entry_of_the_ontology_is_there_under_its_name() -> None:
    additions = {entry.id for entry in catalogue().additions}

    assert {
        entry.id: entry.name
        for entry in catalogue()
        if entry.id not in additions and entry.id not in RANGES
    } == NAMES


def test_counts_are_those_of_the_source_document() -> None:
    c = catalogue()

    assert [len(m.sub_forms) for m in c.manifestations] == [4, 2, 2, 3, 3]
    assert [len(cause.facets) for cause in c.causes] == [3, 3, 2, 2, 3, 2]
    assert [len(t.features) for t in c.types] == [3, 3, 5, 3]
    assert [len(t.techniques) for t in c.types] == [3, 3, 3, 3]
    assert [len(s.methods) for s in c.therapist_strategies] == [3, 3, 3, 2, 3, 2]
    assert [len(s.methods) for s in c.client_strategies] == [6, 3, 3, 0, 0, 3]
    assert len(c.growth) == 8


def test_lanes_never_change_their_order_or_their_words() -> None:
    lanes = [(m.id, m.word, m.letter, m.css) for m in catalogue().manifestations]

    assert lanes == [
        ("M1", "Resistance", "R", "m1"),
        ("M2", "Avoidance", "A", "m2"),
        ("M3", "Repetition", "P", "m3"),
        ("M4", "Disengagement", "M", "m4"),
        ("M5", "Alliance strain", "S", "m5"),
    ]


def test_every_list_is_in_the_order_of_its_ids() -> None:
    for letter in "MCYTKGXFPNW":
        ids = [entry.id for entry in catalogue() if re.match(rf"{letter}\d", entry.id)]

        assert ids
        assert ids == sorted(ids)


def test_names_that_collide_are_qualified() -> None:
    tickable = [
        entry.qualified
        for group in (catalogue().manifestations, catalogue().causes, catalogue().types)
        for top in group
        for entry in (
            top,
            *getattr(top, "sub_forms", ()),
            *getattr(top, "facets", ()),
            *getattr(top, "features", ()),
        )
    ]

    assert len(tickable) == len(set(tickable))


def test_withdrawal_is_what_the_rules_count_as_withdrawal() -> None:
    forms = [form for m in catalogue().manifestations for form in m.sub_forms]

    assert [form.id for form in forms if form.withdrawal] == [
        *("M1a", "M1b", "M1c", "M2a", "M2b"),
        *("M4a", "M4b", "M4c"),
    ]


def test_a_marker_of_3rs_is_named_only_where_it_was_verified() -> None:
    for entry in catalogue():
        if isinstance(entry, Marker):
            assert bool(entry.marker_3rs) == bool(entry.side_3rs) == bool(entry.confidence_3rs)
    assert not catalogue()["M3a"].marker_3rs
    assert not catalogue()["M5a"].marker_3rs


def test_every_entry_has_a_sentence_of_its_own() -> None:
    sentences = [entry.explanation for entry in catalogue()]

    for entry in catalogue():
        assert entry.explanation.endswith("."), entry.id
        assert len(entry.explanation.split()) >= 6, entry.id
    assert len(sentences) == len(set(sentences))


def test_every_strategy_and_method_says_how_it_could_sound() -> None:
    for strategy in (*catalogue().therapist_strategies, *catalogue().client_strategies):
        entries: tuple[Strategy | Method, ...] = (strategy, *strategy.methods)
        for entry in entries:
            quoted = entry.say.startswith("“") and entry.say.endswith("”")
            assert quoted == (strategy.side == "therapist"), entry.id
            assert entry.say.strip("“”")[-1] in ".?", entry.id


def test_additions_are_labelled_as_ours_and_lean_on_something_that_exists() -> None:
    names = {addition.name: addition for addition in catalogue().additions}

    assert {"Life outside", "Owning my part", "Safety concern"} <= names.keys()
    assert names["Owning my part"].belongs_to == "T3"
    for addition in names.values():
        assert not addition.belongs_to or addition.belongs_to in catalogue()


def test_instruments_carry_range_and_direction_and_free_questions_alone() -> None:
    found = {i.id: (i.minimum, i.maximum, i.direction, i.kind) for i in catalogue().instruments}

    assert found == RANGES
    free = {i.id for i in catalogue().instruments if i.ships == "questions"}
    assert free == set(questionnaires()) == {"PHQ-9", "GAD-7"}
    assert {i.id for i in catalogue().instruments if i.licensed} == {
        *("OQ-45.2", "ORS", "SRS", "WAI-SR")
    }


def test_anything_is_found_by_its_id() -> None:
    assert catalogue()["M1c"].name == "Intellectualisation"
    assert isinstance(catalogue()["K4"], Strategy)
    assert catalogue()["K4"].side == "client"
    assert "Y3c" in catalogue()
    assert "Y9z" not in catalogue()
    with pytest.raises(KeyError, match="no entry 'Y9z'"):
        catalogue()["Y9z"]


def test_labels_fall_back_to_the_name() -> None:
    assert catalogue()["Y3c"].label == "Flooded by anxiety"
    assert catalogue()["M1d"].label == catalogue()["M1d"].qualified == "Acting out"


# --- Broken files --------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "knowledge"
    shutil.copytree(KNOWLEDGE, copy)
    return copy


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_a_faithful_copy_loads(folder: Path) -> None:
    assert load(folder) == catalogue()


@pytest.mark.parametrize(
    ("file", "change", "at", "says"),
    [
        ("causes.toml", ('id = "C2a"', 'id = "C2a"\ncolour = 1'), "colour", "'colour' is unknown"),
        ("causes.toml", ('name = "Repression"\n', ""), '[[cause.facet]]\nid = "C2b"', "no 'name'"),
        ("causes.toml", ('id = "C2b"', 'id = "C2a"'), 'id = "C2a"\nname = "Rep', "stands twice"),
        ("causes.toml", ('id = "C4"', 'id = "Z4"'), 'id = "Z4"', "'Z4' is not one of a cause"),
        ("causes.toml", ('id = "C3b"', 'id = "C4b"'), 'id = "C4b"', "stands under 'C3'"),
        ("causes.toml", ('name = "Repression"', "name = 7"), "name = 7", "is not a text in quotes"),
        ("causes.toml", ('name = "Repression"', 'name = " "'), 'name = " "', "'name' is empty"),
        ("causes.toml", ('name = "Repression"', "name = Repr"), "name = Repr", "this is not TOML"),
        ("causes.toml", ("[[cause.facet]]", "[[cause.side]]"), "[[cause.side]]", "'side' is unkn"),
        ("types.toml", ("[[type.technique]]", "[[type.way]]"), "[[type.way]]", "'way' is unknown"),
        ("growth.toml", ("[[outcome]]", "[[result]]"), "[[result]]", "'result' is unknown"),
        ("growth.toml", ("[[outcome]]", "[outcome]"), "[[outcome]]", "this is not TOML"),
        ("manifestations.toml", ("l = true\n", 'l = "yes"\n'), '"yes"', "is not true or false"),
        ("instruments.toml", ("minimum = 12", "minimum = 1.5"), "minimum = 1.5", "a whole number"),
        ("instruments.toml", ("maximum = 27", "maximum = true"), "= true", "a whole number"),
        ("instruments.toml", ('"up=worse"', '"up"'), '"up"', "Write one of up=better, up=worse"),
        ("additions.toml", ('"T3"', '"T9"'), '"T9"', "'T9', which does not exist"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_the_line_to_mend(
    folder: Path, file: str, change: tuple[str, str], at: str, says: str
) -> None:
    broken = (folder / file).read_text().replace(*change, 1)
    (folder / file).write_text(broken)

    with pytest.raises(BrokenCatalogue) as refusal:
        load(folder)

    sentence = str(refusal.value)
    assert sentence.startswith(f"impasses/knowledge/{file}, line {line_of(broken, at)}: ")
    assert says in sentence
    assert re.search(r"\. [A-Z][^.]+.*\.$", sentence), "it says what to do"


def test_a_missing_entry_is_missed(folder: Path) -> None:
    text = (folder / "growth.toml").read_text()
    shorter = text[: text.index('[[outcome]]\nid = "G8"')]
    (folder / "growth.toml").write_text(shorter)

    line = line_of(shorter, 'id = "G7"') - 1
    with pytest.raises(
        BrokenCatalogue, match=rf"growth\.toml, line {line}: .* 7 .* where 8 belong"
    ):
        load(folder)


def test_a_missing_part_is_missed(folder: Path) -> None:
    (folder / "growth.toml").write_text("# nothing left\n")

    with pytest.raises(BrokenCatalogue, match=r"growth\.toml, line 1: .* where 8 belong"):
        load(folder)


def test_a_child_before_its_parent_is_refused(folder: Path) -> None:
    path = folder / "causes.toml"
    path.write_text('\n[[cause.facet]]\nid = "C1a"\n')

    with pytest.raises(BrokenCatalogue, match=r"causes\.toml, line 2: .*Begin each with \[\[cause"):
        load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "types.toml").unlink()

    with pytest.raises(BrokenCatalogue, match=r"types\.toml, line 1: the file is missing"):
        load(folder)


def test_a_file_that_is_not_utf_8_names_the_line(folder: Path) -> None:
    (folder / "types.toml").write_bytes(b"# one\n# two \xff\n")

    with pytest.raises(BrokenCatalogue, match=r"types\.toml, line 2: this line is not UTF-8"):
        load(folder)
