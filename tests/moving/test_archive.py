"""A file of an organisation can be read whole by whoever has its key, or not at all."""

import io

import pytest

from impasse_tracker.moving.archive import Unreadable, Writer, new_transfer_key, read

KEY = new_transfer_key()
LINES = ['["people.Client",{"code_name":"Heron"}]', '["people.Client",{}]', '{"tables":{}}']


def written() -> list[str]:
    out = io.StringIO()
    writer = Writer(out, KEY)
    for line in LINES:
        writer.write(line)
    return out.getvalue().splitlines(keepends=True)


def test_it_says_what_was_written_and_shows_nothing_of_it() -> None:
    lines = written()
    assert [each[0] for each in list(read(lines, KEY))[:2]] == ["people.Client"] * 2
    assert "Heron" not in "".join(lines)
    assert "people" not in "".join(lines[1:])


@pytest.mark.parametrize(
    "harm",
    [
        lambda lines: [lines[0], lines[2], lines[1], lines[3]],
        lambda lines: [lines[0], *lines[2:]],
        lambda lines: [lines[0], lines[1], lines[1], *lines[2:]],
        lambda lines: [lines[0], lines[1][:-9] + lines[1][-5:], *lines[2:]],
        lambda lines: [written()[0], *lines[1:]],
        lambda lines: lines[1:],
        lambda lines: [],
        lambda lines: ["{}\n", *lines[1:]],
    ],
)
def test_a_changed_file_is_refused(harm) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unreadable):
        list(read(harm(written()), KEY))


@pytest.mark.parametrize("key", [new_transfer_key(), "no key", ""], ids=["other", "none", "empty"])
def test_another_key_opens_nothing(key: str) -> None:
    with pytest.raises(Unreadable):
        list(read(written(), key))
