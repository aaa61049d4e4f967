"""Watch the AI Act's reporting clocks: people are told once at half the time, once at its end."""

from __future__ import annotations

from django.utils import timezone

from registry.models import Incident
from registry.rules import incidents as rules
from registry.services import incidents, journal

TOLD_AS = {
    rules.Act.HALF_PASSED: "incident.clock",
    rules.Act.ALL_PASSED: "incident.clock_over",
}


def watch() -> None:
    """Look at every running clock; safe to be killed anywhere and done again."""
    for incident in Incident.objects.running().order_by("pk"):
        _look_at(incident=incident)


@journal.verb
def _look_at(*, incident: Incident) -> None:
    incident = incidents.locked(incident)
    told: dict[str, bool] = {}
    for act, facts in incident.moves.order_by("number").values_list("act", "facts"):
        if act == rules.Act.CORRECT and {"kind", "aware_at"} & set(facts):
            # Another clock than the one that people were told of.
            told.clear()
        told[act] = True
    clock = incident.clock(timezone.now())
    act = rules.to_tell(clock, told)
    if act is None or clock is None:
        return
    incidents.move(incident, act, "system", "", None, {"due": clock.due.isoformat()})
    incidents.tell(TOLD_AS[act], incident, incidents.told_people(incident))
