"""Seal everything again under the newest key of FIELD_KEYS, so that older ones can go."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people.encryption import ring
from people.rotation import count_by_key, reseal_everything


class Command(BaseCommand):
    """Can be stopped at any point and started again; says what is left under which key.

    Exits 1 while anything is left under another key than the newest.
    """

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--count", action="store_true", help="change nothing, only say what is under which key"
        )

    def handle(self, *args: Any, count: bool = False, **options: Any) -> None:
        newest, *older = ring()
        done = 0 if count else self.reseal(sum(count_by_key().values()))
        if not count:
            self.stdout.write(f"{done} texts sealed again under key {newest}.")
        left = self.say(newest, older)
        if left:
            raise CommandError(
                f"{left} texts are not under the newest key: keep the older keys in FIELD_KEYS. "
                + ("" if count else "Run this again; what no key opens needs the key it names.")
            )

    def reseal(self, total: int) -> int:
        """How many texts were sealed anew, of so many there are."""
        done = 0
        for place, sealed, _ in reseal_everything():
            done += sealed
            if sealed:
                self.stdout.write(f"{place}: {sealed} ({done} so far; {total} texts in all)")
                self.stdout.flush()
        return done

    def say(self, newest: str, older: list[str]) -> int:
        """Write down what each key holds; how many texts are under others than the newest."""
        found = count_by_key()
        for (place, key), count in sorted(found.items()):
            if key != newest:
                said = "an older key" if key in older else "A KEY THAT IS NOT IN FIELD_KEYS"
                self.stdout.write(f"{place}: {count} under {key or 'no key at all'}, {said}")
        under = sum(count for (_, key), count in found.items() if key == newest)
        self.stdout.write(f"{under} texts are under the newest key, {newest}.")
        return sum(found.values()) - under
