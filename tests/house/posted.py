"""What a person would send to each address, valid."""

import datetime as dt
from typing import Any

from tests.conftest import PASSWORD, TODAY, ago, typed
from tests.house.world import CODE_NAME, World


def posted(name: str, world: World) -> dict[str, Any]:
    """The fields of the form behind one address."""
    verb = name.rsplit(":", maxsplit=1)[-1]
    in_a_week = TODAY() + dt.timedelta(days=7)
    return {
        "organisation_settings": {
            "name": "Northside", "time_zone": "Europe/London", "idle_minutes": "15",
            "visibility_default": "shared", "retention_years": "8", "review_queue": "False",
            "score_profile": "NHS-TT", "alert_budget": "4", "password": PASSWORD,
        },
        "account_login": {},
        "account_change_password": {"oldpassword": PASSWORD, "password1": "seven brown bottles"},
        "account_reauthenticate": {"password": PASSWORD},
        "account_reset_password": {"email": "somebody@example.test"},
        "profile": {
            "name": "Otherwise", "appearance": "dark", "date_style": "day", "spelling": "en-GB",
            "digest": "never",
        },
        "email_change": {"email": "another@example.test", "password": PASSWORD},
        "invitation_new": {
            "email": "new@example.test", "roles": ["therapist"], "password": PASSWORD,
        },
        "people_import": {
            "text": "email\nlist@example.test\n", "sure": "1", "password": PASSWORD,
        },
        "supervision_list": {
            "supervisor": str(world.users["unassigned"].pk), "since": f"{TODAY()}",
            "therapist": str(world.users["therapist"].pk), "password": PASSWORD,
        },
        "person": {"roles": ["therapist"], "password": PASSWORD},
        "person_close": {"password": PASSWORD},
        "person_factors": {"reason": "Lost the phone.", "password": PASSWORD},
        "transfer": {
            "cases": [str(world.client)], "to": str(world.users["colleague"].pk),
            "reason": "On leave.", "password": PASSWORD,
        },
        "client_record": {"reason": "She asked.", "format": "page", "password": PASSWORD},
        "client_erase": {"reason": "She asked.", "password": PASSWORD},
        "retention": {"cases": [], "reason": "It is time.", "password": PASSWORD},
        "erasure": {"sure": "on", "password": PASSWORD},
        "emergency_open": {
            "occasion": "safety", "reason": "It cannot wait.", "password": PASSWORD,
            "case": str(world.client),
        },
        "case_find": {"code_name": CODE_NAME[5:]},
        "client_new": {"code_name": "Somebody"},
        "client_edit": {"code_name": "Somebody", "started_on": f"{TODAY()}", "version": "1"},
        "client_end": {"reason": "moved", "on": f"{TODAY()}"},
        "session_edit": {"held_at": f"{ago(7):%Y-%m-%dT%H:%M}", "version": "1"},
        "session_log": typed(),
        "item_private": {"item": "M5"}, "item_counts": {"item": "M5"},
        "item_shared": {"item": "M5"},
        "case_visibility": {"kinds": ["M5"], "to": "private", "sure": "on"},
        "rule_change": {"1.at_least": "3", "1.last": "4", "2.intensity": "3", "2.at_least": "1",
                        "2.last": "4", "3.at_least": "2", "3.last": "4", "2.at_most": "0",
                        "1.intensity": "1", "3.intensity": "1", "is_on": "on"},
        "rule_replay": {"reason": "Too many.", "password": PASSWORD},
        "episode_move": {"to": "worked"},
        "episode_close": {"to": "resolved"},
        "episode_describe": {"words": "Otherwise.", "version": "1"},
        "plan_new": {
            "therapist_strategy": "T1", "client_strategy": "K2", "therapist_words": "I try.",
            "client_words": "We try.",
        },
        "supervision_end": {"until": f"{in_a_week}", "password": PASSWORD},
        "meeting_new": {
            "therapists": [str(world.users["therapist"].pk)], "at": f"{in_a_week}T10:00",
            "minutes": "60",
        },
        "meeting_move": {"at": f"{in_a_week}T11:00", "minutes": "60"},
        "meeting": {"version": "1", "notes": "Seen."},
        "item_agree": {"version": "1", "notes": "", f"strategy-{world.item}": "T1"},
        "bring": {"question": "What do I not see?"},
        "propose": {"reason": "It has not moved."},
        "score_new": {"score-GAD-7": "8"},
        "score_edit": {"score-PHQ-9": "8"},
        "draft_save": typed(draft_version="1"),
        "suggestion_plan": {
            "therapist_strategy": "T1", "client_strategy": "K2", "therapist_words": "I try.",
            "client_words": "We try.",
        },
        "suggestion_snooze": {"reason": "Not yet.", "until": f"{in_a_week}"},
        "suggestion_dismiss": {"reason": "It does not fit."},
        "vignette": {"marks": ["M2"]},
        "letter": {"digest": "monthly"},
        "review_approve": {"version": "1"},
        "review_back": {"version": "1", "comment": "Say more."},
    }.get(verb, {})  # fmt: skip
