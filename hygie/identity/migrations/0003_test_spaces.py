from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0002_machine_clients"),
    ]

    operations = [
        migrations.AddField(
            model_name="space",
            name="is_test",
            field=models.BooleanField(default=False),
        ),
    ]
