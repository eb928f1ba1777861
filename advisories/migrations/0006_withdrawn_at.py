"""When an advisory was withdrawn, as the record has it; of what was brought in withdrawn, when it was published so."""

from django.db import migrations, models
from django.db.models import Max


def look_up(apps, schema_editor):
    """Ask the record, and where it says nothing the last publication."""
    advisories, events = apps.get_model("advisories", "Advisory"), apps.get_model("advisories", "Event")
    for one in advisories.objects.filter(state="withdrawn"):
        steps = events.objects.filter(about=f"advisory:{one.pk}", kind="state-changed").order_by("sequence")
        at = next((step.at for step in steps if step.detail.get("to") == "withdrawn"), None)
        told = one.publications.filter(voided_at__isnull=True).aggregate(last=Max("public_at"))["last"]
        advisories.objects.filter(pk=one.pk).update(withdrawn_at=at or told or one.public_at)


class Migration(migrations.Migration):

    dependencies = [
        ('advisories', '0005_drawn_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='advisory',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, help_text='When readers were told that it holds no more.', null=True),
        ),
        migrations.RunPython(look_up, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='advisory',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), ('withdrawn_at__isnull', False)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True)), _connector='OR'), name='advisories_advisory_withdrawn_has_its_instant'),
        ),
    ]
