"""What all forms share.

Refusals of a service are shown on the form, and the answer's status says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from registry.models import DatasetVersion, ModelVersion
from registry.rules.refusals import Refused
from registry.services.uploads import refuse_if_too_large
from registry.templatetags.words import told


class Form(forms.Form):
    """A form whose fields name their errors to assistive technology."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.refused = False


class MadeOnForm(Form):
    """What was made elsewhere, on some data of a version."""

    data = forms.ModelChoiceField(  # type: ignore[assignment]
        DatasetVersion.objects.none(),
        required=False,
        label=gettext_lazy("Made on"),
        empty_label=gettext_lazy("No data of this version"),
    )

    def __init__(self, *args: Any, version: ModelVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attached = version.data_links.attached().values("data")
        self.fields["data"].queryset = DatasetVersion.objects.filter(
            pk__in=attached
        ).select_related("dataset")


@contextmanager
def refusals_on(form: Form) -> Iterator[None]:
    """Put every objection of a refusal on the form; the view goes on to show it again."""
    try:
        yield
    except Refused as refusal:
        form.refused = True
        for objection in refusal.objections:
            form.add_error(None, told(objection))


class ReasonForm(Form):
    """Why something ends; a form, so that what no text can hold is refused as one."""

    reason = forms.CharField(required=False, label=gettext_lazy("Reason"))


def tell_errors(request: HttpRequest, form: Form) -> None:
    """Say what went wrong on the page the person goes back to."""
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))


def is_usable(form: Form, request: HttpRequest) -> bool:
    """Say whether a form that takes files can be acted on.

    An upload stopped at the limit left its field empty, so it has to be told before the fields.
    """
    with refusals_on(form):
        refuse_if_too_large(request)
    return not form.refused and form.is_valid()


def show(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    """Render a page with a form: 409 after a refusal, 422 after a mistake in a field, else 200."""
    status = 409 if form.refused else (422 if form.is_bound and form.errors else 200)
    return render(request, template, {"form": form, **context}, status=status)


def uploaded(form: Form, field: str) -> TemporaryUploadedFile | None:
    """Return a field's file; uploads always lie in a temporary file, never in memory."""
    file: TemporaryUploadedFile | None = form.cleaned_data.get(field)
    return file
