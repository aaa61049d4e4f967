"""The door to the journal: every entry of one's units, with all that is under its seal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers

from registry.api.shapes import Shape, StrictSerializer, Text, person, query
from registry.models import Entry
from registry.services.case_files import instant
from registry.services.openings import Opened, by_people_named, opened


class SealedNamesSerializer(Shape):
    """What lies under the seal where the entry shows names: each name under its person's key."""

    actor = serializers.CharField(help_text="“system”, or a sealed name.")
    subject = serializers.CharField(help_text="A sealed name where it is about a person.")
    changes = serializers.CharField(help_text="Canonical JSON, with sealed names in it.")


class EntrySerializer(Shape):
    """One line of the journal.

    The seal is the sha256 of the canonical JSON of all the other fields but `sealed`, with `actor`,
    `subject` and `changes` taken from `sealed`; the previous seal is one of them. So it can be
    checked of a person, too, whose name was erased.
    """

    number = serializers.IntegerField(help_text="Without a gap over the whole installation.")
    at = serializers.CharField(help_text="UTC, to the microsecond.")
    action = serializers.CharField(help_text="Such as release.approved.")
    actor_id = serializers.IntegerField(allow_null=True, help_text="The account's number.")
    actor = serializers.CharField(
        help_text="The printed name then, “system”, or that the person was erased."
    )
    role = serializers.CharField(help_text="In which roles it was done.")
    unit = serializers.CharField(help_text="Short name of the unit, if any.")
    model = serializers.CharField(help_text="Short name of the model it is about, if any.")
    model_number = serializers.IntegerField(
        allow_null=True, help_text="Without a gap in the model."
    )
    subject_kind = serializers.CharField(help_text="What kind of thing it is about.")
    subject_id = serializers.IntegerField(allow_null=True, help_text="That thing's number.")
    subject = serializers.CharField(help_text="What it was called then.")
    changes = serializers.CharField(help_text="Canonical JSON as text, names in the clear.")
    reason = serializers.CharField(help_text="Why, where a reason was given.")
    door = serializers.CharField(help_text="By which door it came in.")
    method = serializers.CharField(help_text="How the person was authenticated.")
    previous = serializers.CharField(help_text="The seal of the entry before it.")
    seal = serializers.CharField(help_text="The sha256 of all the above, as `sealed` has it.")
    sealed = SealedNamesSerializer(help_text="What the seal is over, where names lie sealed.")


def _told(line: Opened) -> dict[str, Any]:
    """Return an entry with its names in the clear, and beside them what lies under the seal."""
    facts = line.entry.facts
    shown = {"actor": line.actor, "subject": line.subject, "changes": line.told}
    return {**facts, **shown, "sealed": {name: facts[name] for name in shown}}


class Instant(serializers.DateTimeField):
    """An instant, as the journal writes it; there, instants compare as text."""

    def to_internal_value(self, value: Any) -> str:  # type: ignore[override]
        """Take an instant with or without its zone; without one it is this server's."""
        moment: datetime = super().to_internal_value(value)
        return instant(moment)


class JournalFilters(StrictSerializer):
    """What the journal can be narrowed by."""

    model = Text(required=False, help_text="Short name of a model.")
    actor = Text(
        required=False,
        help_text="A printed name as it is today, or part of it; nobody finds the erased by it.",
    )
    action = Text(
        source="action__startswith",
        required=False,
        help_text="release.approved, or release for all.",
    )
    since = Instant(source="at__gte", required=False, help_text="From this instant on.")
    until = Instant(source="at__lt", required=False, help_text="Before this instant.")


@extend_schema_view(get=extend_schema(parameters=[JournalFilters]))
class JournalView(generics.ListAPIView[Entry]):
    """The journal of one's units, in the order of its numbers."""

    serializer_class = EntrySerializer

    def get_queryset(self) -> QuerySet[Entry]:
        """Narrow what the person may see."""
        asked = query(self.request, JournalFilters)
        who = asked.pop("actor", "")
        entries = Entry.objects.visible_to(person(self.request)).filter(**asked)
        return by_people_named(entries, who) if who else entries

    def paginate_queryset(self, queryset: Any, /) -> Any:
        """Open the names of the page, of all its entries at once."""
        return [_told(one) for one in opened(super().paginate_queryset(queryset) or [])]
