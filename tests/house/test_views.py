"""Every view names who may enter, and no view or form writes."""

import ast
import re
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from people.permissions import Permission
from tests.house.tree import arguments, calls, patterns, python_files, short, tree

PUBLIC = {
    "livez",
    "readyz",
    "metrics",
    "account_login",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "people:invitation",
    "people:email_confirm",
    "people:email_stop",
}
WRITES = re.compile(
    r"\.(save|create|update|delete|get_or_create|update_or_create|bulk_\w+|add|remove|set"
    r"|clear|raw|execute)$"
)
HARMLESS = {
    "context.update",
    "known.update",
    "messages.add",
    "().save",  # allauth's form for a forgotten password: it sends a letter
}
POST_ONLY = {
    "people:person_find",
    "supervision:meeting_call_off",
    "supervision:meeting_close",
    "supervision:meeting_reopen",
    "supervision:meeting_draft_save",
    "supervision:meeting_draft_discard",
    "supervision:item_agree",
    "supervision:item_off",
    "people:emergency_end",
    "erasure_withdraw",
    "people:person_open",
    "people:person_sign_out",
    "people:invitation_resend",
    "people:invitation_revoke",
    "people:supervision_withdraw",
    "people:sign_in_end",
    "people:sign_ins_end",
    "people:audit_find",
    "people:audit_export",
    "people:notice_seen",
    "sessions:rule_replay_cancel",
    "sessions:impasse_accept",
    "sessions:item_counts",
    "sessions:item_private",
    "sessions:item_shared",
    "sessions:episode_move",
    "sessions:episode_undo",
    "people:client_pause",
    "people:client_resume",
    "people:client_reopen",
    "impasses:library_find",
    "supervision:vignette_restart",
    "supervision:item_back",
    "trends:run_again",
    "impasses:step_end",
    "sessions:case_find",
    "sessions:score_remove",
    "sessions:score_check",
    "sessions:draft_save",
    "sessions:draft_discard",
    "sessions:edit_draft_save",
    "sessions:edit_draft_discard",
    "supervision:review_submit",
    "supervision:review_submit_all",
    "supervision:review_approve",
    "supervision:review_back",
    "supervision:review_undo",
}


def address(name: str) -> str:
    return reverse(name, args=arguments(patterns()[name][1]))


@pytest.mark.parametrize("name", sorted(patterns()))
def test_every_view_names_a_permission_or_is_public(name: str) -> None:
    view = patterns()[name][0].callback
    permission = getattr(view, "permission", None)
    if name in PUBLIC:
        assert permission is None
    else:
        assert isinstance(permission, Permission)


def test_only_public_views_open_without_sign_in() -> None:
    open_ = {
        name
        for name, (pattern, _) in patterns().items()
        if not getattr(pattern.callback, "login_required", True)
    }
    assert open_ <= PUBLIC


@pytest.mark.parametrize("name", sorted(set(patterns()) - PUBLIC))
def test_a_stranger_is_turned_away_everywhere(name: str, db: None) -> None:
    for method in ("get", "post", "put"):
        response = getattr(Browser(), method)(address(name))
        assert response.status_code == 302, method
        assert response["Location"].startswith("/accounts/login/")


def view_and_form_files() -> list[Any]:
    return [
        path
        for path in python_files()
        if "views" in path.parts
        or path.name in ("views.py", "adapter.py")
        or path.name.endswith(("forms.py", "_form.py"))
    ]


def test_there_are_views_and_forms_to_look_at() -> None:
    names = {short(path) for path in view_and_form_files()}
    assert {"people/forms.py", "sessions_app/forms.py", "sessions_app/views/session.py"} <= names


@pytest.mark.parametrize("path", view_and_form_files(), ids=short)
def test_no_view_or_form_writes(path: Any) -> None:
    writes = [
        f"{short(path)}:{line} {call}"
        for line, call in calls(tree(path))
        if WRITES.search(call) and call not in HARMLESS
    ]
    assert writes == []


@pytest.mark.parametrize("path", view_and_form_files(), ids=short)
def test_no_view_opens_a_transaction_or_the_connection(path: Any) -> None:
    """A view makes one action call; transactions and SQL are the actions' own."""
    imported = {
        alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.db"
        for alias in node.names
    }
    assert not imported & {"transaction", "connection", "connections"}


@pytest.mark.parametrize("path", view_and_form_files(), ids=short)
def test_no_view_reads_a_table_past_visible_to(path: Any) -> None:
    """Rows with an owner are found through `visible_to`, or through a client so found."""
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"(?:Client|TherapySession|Suggestion)\.objects\.(?!visible_to)\w+", text) == []
    )


@pytest.mark.parametrize("name", sorted(set(patterns()) - {"account_logout"}))
def test_a_page_that_takes_posts_alone_answers_get_with_405(
    name: str, thea: Any, client_for: Any
) -> None:
    response = client_for(thea).get(address(name))
    assert (response.status_code == 405) == (name in POST_ONLY)


def test_tasks_take_ids_and_dates_alone() -> None:
    for path in python_files():
        if path.name != "tasks.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef) and _is_task(node):
                assert not node.args.args, f"{short(path)}: {node.name} takes keywords only"
                assert node.args.kwarg, f"{short(path)}: {node.name} tolerates more arguments"
                for argument in node.args.kwonlyargs:
                    assert ast.unparse(argument.annotation or ast.Name("")) in ("str", "int")


def _is_task(node: ast.FunctionDef) -> bool:
    return any("shared_task" in ast.unparse(decorator) for decorator in node.decorator_list)


def test_actions_import_no_tasks() -> None:
    for path in python_files():
        if path.name.endswith("actions.py"):
            assert "tasks" not in path.read_text(encoding="utf-8"), short(path)


def test_every_action_is_atomic_and_asks_by_keyword() -> None:
    reads = {"find_draft", "mark_all_stale", "mark_stale", "note_reading", "tell"} | {
        "note_listing",
        "note_audit_reading",
    }
    for path in python_files():
        if not path.name.endswith("actions.py") or "tests" in path.parts:
            continue
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            assert not node.args.args, f"{short(path)}: {node.name}"
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            assert decorators == ["transaction.atomic"] or node.name in reads, node.name
