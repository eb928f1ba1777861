"""The table of the shared cache, which counts for rate limits where no Redis is given."""

from django.core.management import call_command
from django.db import migrations


def make_table(apps, schema_editor):
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_sessions_letters_invitations")]
    operations = [migrations.RunPython(make_table, migrations.RunPython.noop)]
