"""The public page on which anybody checks a report: no account, and nothing is kept."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from audits.services import reports, verifying
from audits.services.verifying import TooManyChecks
from registry.models import CheckpointKey
from registry.web.forms import Form, is_usable, uploaded


class ReportForm(Form):
    """The file to be checked."""

    report = forms.FileField(label=gettext_lazy("Report (PDF)"))


class SerialForm(Form):
    """The number printed on a report."""

    serial = forms.CharField(label=gettext_lazy("Serial number"), max_length=40)


# Who sends a file here changes nothing and is nobody, so there is nothing to forge; and the secret
# of a form would be looked for in the body, before its size is.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Take a report and say whether it is one of ours, and whole; or tell where a serial stands."""
    try:
        if request.method == "POST":
            return _checked(request)
        if "serial" in request.GET:
            return _looked_up(request)
    except TooManyChecks:
        return _page(request, 429, complaint=verifying.too_many_checks())
    return _page(request, 200)


def _checked(request: HttpRequest) -> HttpResponse:
    verifying.count(request)
    if verifying.is_too_large(request):
        return _page(request, 413, complaint=verifying.too_large())
    form = ReportForm(request.POST, request.FILES)
    file = uploaded(form, "report") if is_usable(form, request) else None
    if file is None:
        return _page(request, 422, form=form)
    found = verifying.check(file)
    return _page(request, 200, found=found, broken=found.told(verifying.BROKEN))


def _looked_up(request: HttpRequest) -> HttpResponse:
    verifying.count(request)
    form = SerialForm(request.GET)
    if not form.is_valid():
        return _page(request, 422, serial_form=form)
    standing = reports.standing_of(form.cleaned_data["serial"])
    return _page(request, 200, serial_form=form, is_looked_up=True, looked_up=standing)


def _page(request: HttpRequest, status: int, **context: object) -> HttpResponse:
    told = {
        "form": ReportForm(),
        "serial_form": SerialForm(),
        "organisation": settings.ORGANISATION,
        "certificate": verifying.certificate(),
        "checkpoint_keys": CheckpointKey.objects.all(),
        "limit": settings.VERIFY_LIMIT // 2**20,
        **context,
    }
    return render(request, "audits/verify.html", told, status=status)


@require_safe
def checker(request: HttpRequest) -> FileResponse:
    """The file that checks a report without us."""
    return FileResponse(
        verifying.SCRIPT.open("rb"),
        as_attachment=True,
        filename=verifying.SCRIPT.name,
        content_type="text/x-python; charset=utf-8",
    )


@require_safe
def certificate(request: HttpRequest) -> HttpResponse:
    """The certificate that reports are sealed with."""
    response = HttpResponse(verifying.certificate().pem, content_type="application/x-pem-file")
    response["Content-Disposition"] = 'attachment; filename="report-seal.pem"'
    return response
