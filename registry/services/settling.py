"""Settle gates that time alone has changed; what people change is settled in their own verbs."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.models import GateRow, RegisteredModel
from registry.rules.gate_answers import OVERRIDE
from registry.rules.releases import IN_FORCE, STANDING
from registry.services import journal


def settle_due() -> int:
    """Settle what expired or is past a condition's day; return how many models that took.

    The gate does not wait for this: who asks compares the times with now.
    """
    now = timezone.now()
    return _settle(
        GateRow.objects.filter(
            Q(state__in=sorted(STANDING), valid_until__lte=now)
            | Q(state__in=sorted(IN_FORCE), condition_due__lte=now)
            | Q(state=OVERRIDE, valid_until__lte=now, reasons=[])
        )
    )


def settle_all() -> int:
    """Compute every standing gate anew, so that a change past the services is found as well."""
    let_through = Q(state=OVERRIDE, reasons=[])
    return _settle(GateRow.objects.filter(Q(state__in=sorted(STANDING)) | let_through))


def _settle(gates: QuerySet[GateRow]) -> int:
    models = RegisteredModel.objects.filter(versions__gates__in=gates).distinct().order_by("pk")
    for model in models:
        _settle_one(model=model)
    return len(models)


@journal.verb
def _settle_one(*, model: RegisteredModel) -> None:
    journal.touch(model)
