"""What templates say of keeping: the legal holds on a thing, named on its pages."""

from __future__ import annotations

from django import template

from registry.models import Dataset, RegisteredModel, RetentionHold, Unit
from registry.rules.holds import Scope
from registry.services import retention_holds

register = template.Library()


@register.simple_tag
def holds_on(thing: RegisteredModel | Dataset | Unit) -> list[RetentionHold]:
    """Return the standing holds that keep this model, dataset or unit."""
    if isinstance(thing, RegisteredModel):
        return retention_holds.of_model(thing)
    if isinstance(thing, Dataset):
        return retention_holds.of_dataset(thing)
    return [
        hold
        for hold in retention_holds.standing()
        if hold.scope == Scope.INSTALLATION or hold.unit_id == thing.pk
    ]
