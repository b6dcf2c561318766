"""The meetings of a span of days, and the open ones, without a look through all there ever were."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies: ClassVar = [("supervision", "0004_review_undo")]
    operations: ClassVar = [
        migrations.AddIndex(
            "meeting", models.Index(fields=["organisation", "at"], name="meeting_by_day")
        ),
        migrations.AddIndex(
            "meeting",
            models.Index(
                fields=["organisation", "supervisor"],
                condition=Q(closed_at=None),
                name="meeting_open",
            ),
        ),
    ]
