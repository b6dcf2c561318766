"""Text is cleaned in one place: nobody stores what cannot be seen, and nothing seen is lost."""

import ast

import pytest
from django import forms
from django.core.exceptions import ValidationError

from people.forms import TextField, clean_address
from tests.house.tree import python_files, short, tree

AS_TYPED = ("PasswordInput", "HiddenInput")  # passwords to the letter; numbers a page carries along


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "ab"),
        ("\x1b[31mred\x07", "[31mred"),
        ("a\x85b\x9f", "ab"),
        ("abc\u202edef\u202c", "abcdef"),
        ("\u2066left\u2069 right", "left right"),
        ("one\x0btwo\x0cthree", "one\ntwo\nthree"),
        ("a\r\nb\tc\n", "a\r\nb\tc"),
        ("\x00\u202e", ""),
        ("שלום \u200fעולם", "שלום \u200fעולם"),
        ("👩\u200d👧 ümlaut « Ω »", "👩\u200d👧 ümlaut « Ω »"),
        ("=1+1", "=1+1"),
        ("<b>", "<b>"),
    ],
)
def test_only_what_cannot_be_seen_is_left_out(typed: str, kept: str) -> None:
    assert TextField(required=False, widget=forms.Textarea).clean(typed) == kept


def test_what_has_one_line_stays_in_it() -> None:
    assert TextField().clean("on\x85e\rtwo\r\x0bthree\u2028four\n") == "one two three four"


def test_what_is_only_unseen_is_nothing() -> None:
    with pytest.raises(ValidationError):
        TextField().clean("\x00\u202e")


@pytest.mark.parametrize("address", ['"\x07"@example.test', "a\x00@example.test"])
def test_no_address_holds_what_cannot_be_seen(address: str) -> None:
    with pytest.raises(ValidationError):
        clean_address(address)


def test_no_form_of_ours_takes_text_in_any_other_way() -> None:
    other = []
    for path in python_files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "forms.CharField":
                widget = next(
                    (ast.unparse(k.value) for k in node.keywords if k.arg == "widget"), ""
                )
                if not any(name in widget for name in AS_TYPED):
                    other.append(f"{short(path)}:{node.lineno}")
    assert other == []
