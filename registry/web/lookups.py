"""Find what a page is about among what the person may see; anything else is 404."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from registry.models import ModelVersion, RegisteredModel, Release
from registry.services import (
    case_files,
    gates,
)
from registry.web.requests import PersonRequest


def model_or_404(request: PersonRequest, slug: str) -> RegisteredModel:
    """Return a visible model."""
    visible = RegisteredModel.objects.visible_to(request.user)
    return get_object_or_404(visible.for_list().select_related("revision__deputy"), slug=slug)


def version_or_404(request: PersonRequest, slug: str, number: int) -> ModelVersion:
    """Return a visible version with everything its pages show."""
    visible = ModelVersion.objects.visible_to(request.user).select_related("registered_by")
    version: ModelVersion = get_object_or_404(
        case_files.with_facts(visible), model__slug=slug, number=number
    )
    return version


def release_or_404(request: PersonRequest, pk: int) -> Release:
    """Return a visible release with everything its gate is computed from."""
    found = gates.for_gate(Release.objects.visible_to(request.user)).filter(pk=pk).first()
    if found is None:
        raise Http404
    release: Release = found
    return release
