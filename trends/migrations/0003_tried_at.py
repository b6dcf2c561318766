from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trends", "0002_letter")]

    operations = [
        migrations.AddField(
            model_name="periodrun",
            name="tried_at",
            field=models.DateTimeField(help_text="When the latest of the tries began.", null=True),
        ),
        # Until here, what rests on private findings was counted for others: all is read anew.
        migrations.RunSQL(
            "UPDATE trends_periodrun SET seen = 0, tries = 0, retry_at = NULL",
            migrations.RunSQL.noop,
        ),
    ]
