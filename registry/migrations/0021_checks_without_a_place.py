"""A check of the journal says what it was not compared with, and a break is an event."""

from django.db import migrations, models

EVENT_NAMES = (
    "model.retraining_due",
    "model.review_due",
    "release.submitted",
    "release.approved",
    "release.rejected",
    "release.sent_back",
    "release.withdrawn",
    "release.revoked",
    "release.retired",
    "release.void",
    "release.expired",
    "release.live",
    "release.superseded",
    "condition.breached",
    "finding.opened",
    "finding.closed",
    "incident.reported",
    "override.used",
    "deployment.unapproved",
    "gate.closed",
    "gate.opened",
    "policy.adopted",
    "journal.broken",
)


class Migration(migrations.Migration):
    dependencies = [("registry", "0020_keeping")]

    operations = [
        migrations.AddField(
            model_name="journalcheck",
            name="unread",
            field=models.JSONField(default=list, verbose_name="places not compared"),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(action="journal.check_asked"),
                fields=["number"],
                name="journal_of_checks_asked",
            ),
        ),
        migrations.RemoveConstraint(model_name="event", name="an_event_has_a_known_name"),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(name__in=list(EVENT_NAMES)), name="an_event_has_a_known_name"
            ),
        ),
    ]
