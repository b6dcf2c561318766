"""Templates are used, hold no script or style of their own, and never unescape."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.house.tree import PACKAGES, ROOT, python_files, short, templates, tree

ASKED_FOR_BY_PACKAGES = {
    "bootstrap5/": "crispy, drawn by us",
    "account/": "allauth's pages, drawn by us",
    "mfa/": "the same",
    "400.html": "Django's handlers",
    "403.html": "Django's handlers",
    "404.html": "Django's handlers",
    "500.html": "Django's handlers",
    "503.html": "Django's handlers",
    "429.html": "allauth, when somebody guesses too often",
}
NAMED = re.compile(r"""["']([\w./-]+\.(?:html|txt|svg))["']""")
IN_TEMPLATES = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")
MAY_SAY_SAFE = {
    "impasses/templatetags/marks.py": "draws marks from numbers; format_html for every value",
    "people/templatetags/qr.py": "draws squares from numbers; format_html for every value",
    "people/templatetags/look.py": "draws icons from names; format_html for every value",
}
TOKEN_BY_SCRIPT = {"_components/sign_in_again.html": "asked for when the old one is over"}
NAMES = sorted(templates())


@cache
def used() -> tuple[set[str], list[re.Pattern[str]]]:
    """Names asked for in full, and shapes of those put together in code."""
    names, shapes = set(), []
    for path in python_files():
        names |= set(NAMED.findall(path.read_text(encoding="utf-8")))
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.JoinedStr):
                parts = [p.value if isinstance(p, ast.Constant) else None for p in node.values]
                if str(parts[-1] or "").endswith((".html", ".txt")):
                    shape = "".join("[a-z_0-9]+" if p is None else re.escape(str(p)) for p in parts)
                    shapes.append(re.compile(shape))
    for text in templates().values():
        names |= set(IN_TEMPLATES.findall(text))
        names |= set(NAMED.findall(" ".join(re.findall(r"{%.*?%}", text))))
    return names, shapes


@pytest.mark.parametrize("name", NAMES)
def test_every_template_is_used(name: str) -> None:
    names, shapes = used()
    asked = any(name.startswith(known) for known in ASKED_FOR_BY_PACKAGES)
    assert asked or name in names or any(shape.fullmatch(name) for shape in shapes)


def test_every_template_that_is_asked_for_is_there() -> None:
    ours = {n for n in used()[0] if n.endswith(".html") and "/" in n}
    missing = {n for n in ours if n.split("/")[0] in (*PACKAGES, "_components")} - set(NAMES)
    assert missing == set()


@pytest.mark.parametrize("name", NAMES)
def test_no_style_or_script_stands_in_a_template(name: str) -> None:
    text = re.sub(r"{#.*?#}", "", templates()[name])
    assert not re.search(r"<style\b", text, re.I)
    assert not re.search(r"\sstyle\s*=", text, re.I)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text, re.I)
    assert not re.search(r"javascript:", text, re.I)
    for script in re.findall(r"<script\b[^>]*>", text, re.I):
        assert " src=" in script or 'type="application/json"' in script, script
    assert not re.search(r"hx-on|hx-vals=[\"']js:|x-data", text)


@pytest.mark.parametrize("name", NAMES)
def test_no_template_unescapes(name: str) -> None:
    assert not re.search(r"\|\s*(safe|safeseq)\b|autoescape\s+off", templates()[name])


@pytest.mark.parametrize("name", NAMES)
def test_every_form_that_posts_carries_a_token(name: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", templates()[name], re.S | re.I):
        if re.search(r"method=[\"']post", form, re.I):
            by_script = name in TOKEN_BY_SCRIPT
            assert by_script or "csrf_token" in form or "{% crispy" in form, form[:80]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_fetched_from_elsewhere(name: str) -> None:
    addresses = re.findall(r"(?:src|href|action)=[\"'](https?:)?//", templates()[name])
    assert addresses == []


def test_mark_safe_is_called_nowhere_else() -> None:
    calling = {
        short(path)
        for path in python_files()
        if re.search(r"\b(mark_safe|SafeString|SafeText)\b", path.read_text(encoding="utf-8"))
    }
    assert calling <= set(MAY_SAY_SAFE)


def test_no_page_keeps_anything_in_the_browser() -> None:
    """Clinical text stays out of the browser's stores, so no script of ours uses one."""
    for path in scripts():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"localStorage|sessionStorage|indexedDB|caches\.open", text), path
        assert "document.cookie" not in text, path
        assert not re.search(r"innerHTML\s*=|insertAdjacentHTML|\beval\(|new Function\(", text), (
            path
        )


def scripts() -> list[Path]:
    return [path for path in (ROOT / "static").rglob("*.js") if "vendor" not in path.parts]
