"""`make prove`: a view without a guard, a mark or a permission is missed by the matrix."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import pytest
from django.test.client import ClientHandler

from impasse_tracker.middleware import (
    IdleMiddleware,
    PersonMiddleware,
    SecondFactorMiddleware,
    SignInMiddleware,
)
from people import permissions
from people.permissions import EVERYBODY, ROLES, Permission, Role
from tests.house import world as world_file
from tests.house.matrix import EVERYBODY as PEOPLE
from tests.house.matrix import METHODS, expected, is_missed
from tests.house.tree import patterns
from tests.house.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.prove]
Cell = tuple[str, str, str]


def cells(names: list[str]) -> Iterator[Cell]:
    """Some addresses, asked for by everybody."""
    for name in names:
        for who in PEOPLE:
            yield from ((name, who, method) for method in ("get", "post"))


def guards() -> Iterator[tuple[str, str, FunctionType]]:
    """Each guard round a view, with its address and what kind it is."""
    for name, (pattern, _) in sorted(patterns().items()):
        view: Any = pattern.callback
        while view is not None:
            kind = view.__code__.co_qualname.split(".")[0]
            if kind in ("require", "require_http_methods"):
                yield name, kind, view
            view = getattr(view, "__wrapped__", None)


def require(permission: Any, view: Any) -> Any:
    """As `people.permissions.require` makes it, but for the question."""

    def guarded(request: Any, *args: Any, **kwargs: Any) -> Any:
        _ = permission
        return view(request, *args, **kwargs)

    return guarded


def require_http_methods(func: Any, request_method_list: Any) -> Any:
    """As Django makes it, but for the question."""

    def inner(request: Any, *args: Any, **kwargs: Any) -> Any:
        _ = request_method_list
        return func(request, *args, **kwargs)

    return inner


@contextmanager
def without_guard(kind: str, guard: FunctionType) -> Iterator[None]:
    """The guard lets everybody through."""
    open_ = {"require": require, "require_http_methods": require_http_methods}[kind](None, None)
    before, guard.__code__ = guard.__code__, open_.__code__
    assert before.co_freevars == open_.__code__.co_freevars
    try:
        yield
    finally:
        guard.__code__ = before


def test_a_view_without_one_of_its_guards_is_missed(world: World) -> None:
    left = []
    for name, kind, guard in guards():
        if kind == "require" and guard.permission in EVERYBODY:  # type: ignore[attr-defined]
            continue  # whoever is signed in has it: that it stands there, test_views asks
        with without_guard(kind, guard):
            tries = [(name, who, method) for who in PEOPLE for method in METHODS]
            asked = (cell for cell in tries if expected(*cell) in (403, 405))
            if not any(is_missed(world, cell) for cell in asked):
                left.append(f"{name} without {kind}")
    assert left == []


@contextmanager
def role_with(role: Role, held: frozenset[Permission]) -> Iterator[None]:
    before = ROLES[role]
    permissions.ROLES[role] = held
    try:
        yield
    finally:
        permissions.ROLES[role] = before


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (IdleMiddleware, "__call__"), (PersonMiddleware, "__call__"),
        (SignInMiddleware, "process_view"), (SecondFactorMiddleware, "process_view"),
    ],
)  # fmt: skip
def test_a_door_without_one_of_its_parts_is_missed(
    world: World, monkeypatch: Any, kind: type, method: str
) -> None:
    def open_(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        return self.get_response(request) if method == "__call__" else None

    monkeypatch.setattr(kind, method, open_)
    monkeypatch.setattr(world_file, "HANDLER", ClientHandler(enforce_csrf_checks=False))
    assert any(is_missed(world, cell) for cell in cells(["sessions:case", "people:person"]))


def test_another_table_of_roles_is_missed(world: World) -> None:
    """Each permission taken from each role that has it, and given to each that has it not."""
    left = []
    for role in Role:
        for permission in Permission:
            names = [
                name
                for name, (pattern, _) in sorted(patterns().items())
                if getattr(pattern.callback, "permission", None) == permission
            ]
            with role_with(role, ROLES[role] ^ {permission}):
                if not any(is_missed(world, cell) for cell in cells(names)):
                    left.append(f"{role}: {permission}")
    assert left == []


def test_a_view_that_opens_before_the_second_factor_is_missed(world: World) -> None:
    """The mark given to each view that has it not, and taken from each that has it."""
    left = []
    for name, (pattern, _) in sorted(patterns().items()):
        view: Any = pattern.callback
        if not getattr(view, "login_required", True):
            continue
        before = getattr(view, "before_second_factor", False)
        view.before_second_factor = not before
        if not any(is_missed(world, (name, "unproven", method)) for method in ("get", "post")):
            left.append(name)
        view.before_second_factor = before
    assert left == []
