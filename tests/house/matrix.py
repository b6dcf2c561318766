"""What everybody should get at every address by every method, and what they do get.

The table names the status for nine people and two methods. The rest follows by rule.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.house.access_table import PEOPLE, TABLE
from tests.house.posted import posted
from tests.house.test_views import PUBLIC
from tests.house.world import CODE_NAME, HOUSE, NOTE, OWN, PRIVATE, SHARED, WORDS, World, undone

NO_POST = "302  405  405  405  405  405  405  405  302"
BY_RULE = (  # who is answered as somebody in the table is
    "from tomorrow",  # will supervise the therapist: as whoever supervises nobody
    "other administrator",  # administers another organisation
    "unproven",  # all three roles, and not the second factor that they ask for
    "idle",  # the therapist, after an hour without a request
    "overdue",  # the therapist, thirteen hours after signing in
)
EVERYBODY = (*PEOPLE, *BY_RULE)
SIGNED_OUT = ("stranger", "deactivated", "idle", "overdue")
OTHER_METHODS = ("put", "patch", "delete", "options")
METHODS = ("get", "post", "head", *OTHER_METHODS)
ALIKE = {"stranger", "therapist"}  # outside and inside: what a method that is refused depends on
FEW = {"head", "delete"}  # of the methods that a rule answers, those that are always tried
BEFORE_FACTOR = {  # what opens while the second factor is missing
    "account_logout", "account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn",
    "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn",
    "mfa_generate_recovery_codes", "mfa_index", "mfa_list_webauthn", "mfa_remove_webauthn",
    "mfa_view_recovery_codes", "people:me", "sessions:draft_save",
    "sessions:edit_draft_save", "supervision:meeting_draft_save",
}  # fmt: skip

NAMES_CASES = {  # to an administrator, who knows a case by its code name and therapist alone
    "people:audit_list", "people:audit_export", "people:person", "sessions:transfer",
    "people:emergency_log",
}  # fmt: skip
MAY_READ = {
    "therapist": {CODE_NAME, SHARED, NOTE, OWN, PRIVATE},
    "supervisor": {CODE_NAME, SHARED, NOTE},
}
OUTSIDE = (*SIGNED_OUT, "elsewhere", "other administrator")


def expected(name: str, who: str, method: str) -> int:
    """The status by the table, or by rule where the table does not say."""
    is_public = name in PUBLIC
    if who == "unproven":
        return expected(name, "colleague", method) if is_public or name in BEFORE_FACTOR else 302
    if who in SIGNED_OUT[2:]:
        return expected(name, "stranger", method)
    if method in OTHER_METHODS:
        return 405 if is_public or who not in SIGNED_OUT else 302
    if who == "from tomorrow":
        return expected(name, "former", method)
    if who == "other administrator":
        here = expected(name, "administrator", method)
        return here if here == 403 else expected(name, "elsewhere", method)
    no_post = NO_POST.replace("302", "405") if is_public else NO_POST
    row = [*TABLE[name], no_post][method == "post"]
    return int(row.split()[PEOPLE.index(who)])


def readable(name: str, who: str, of_case: Mapping[str, set[str]] = MAY_READ) -> set[str]:
    """The words that may stand in an answer."""
    words = {CODE_NAME} if who == "administrator" and name in NAMES_CASES else set()
    return words | of_case.get(who, set()) | (set() if who in OUTSIDE else {HOUSE})


def cells(name: str, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """Everybody with every method; unless `whole`, what follows by a rule is tried a few times."""
    opens = "post" if "405" in TABLE[name][0] else "get"
    for who in EVERYBODY:
        tried = {opens} if who in BY_RULE else {"get", "post"} | (FEW if who in ALIKE else set())
        for method in METHODS:
            if whole or method in tried:
                yield who, method


def wrong(world: World, name: str, tried: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Each answer of one address that is not as expected, in words."""
    for who, method in tried:
        with undone():
            answer = send(world, name, who, method)
        said = f"{name} as {who}, {method}: "
        wanted = expected(name, who, method)
        if answer.status_code != wanted:
            yield f"{said}{answer.status_code}, not {wanted}"
        if words(answer) - readable(name, who):
            yield f"{said}shows {words(answer) - readable(name, who)}"
        if method == "head" and answer.content:
            yield f"{said}has a body"
        if leads_astray(name, who, answer.get("Location", "")):
            yield f"{said}leads to {answer['Location']}"


def leads_astray(name: str, who: str, to: str) -> bool:
    """Whether a closed door leads elsewhere than to the sign-in or to the second factor."""
    if not to or name in PUBLIC:
        return False
    if who == "unproven":
        return (to == "/accounts/factors/") == (name in BEFORE_FACTOR)
    return who in SIGNED_OUT and not to.startswith("/accounts/login/")


def send(world: World, name: str, who: str, method: str, address: str = "") -> Any:
    """The answer to one request; valid where it sends something."""
    data: Any = {}
    if method == "post":
        data = posted(name, world)
    elif method in ("get", "head"):
        data = {"q": CODE_NAME[:3]}
    return getattr(world.browser(who), method)(address or world.address(name), data or None)


def words(answer: Any) -> set[str]:
    """The canaries that stand in an answer, in its body or its headers."""
    text = f"{answer.content.decode()} {answer.headers} {answer.cookies}"
    return {word for word in (*WORDS, HOUSE) if word in text}


def is_missed(world: World, cell: tuple[str, str, str]) -> bool:
    """Whether the answer to (address, person, method) is not as it should be; an error is not."""
    name, who, method = cell
    try:
        return any(True for _ in wrong(world, name, [(who, method)]))
    except Exception:  # noqa: BLE001
        return True
