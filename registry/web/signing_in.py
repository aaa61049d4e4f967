"""Sign in, by password and second factor, and out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from registry.models import User
from registry.rules.signatures import Held, Strength
from registry.services import journal, passkeys, second_factors, sign_ins, signatures
from registry.services.sign_ins import SignInFailed, TooManyTries
from registry.web.passkeys import answer
from registry.web.signing_forms import ProofFields, show_unsigned

# What a session holds between the password and the second factor, and for how long.
BEGUN = "sign_in_begun"
BEGUN_LASTS = timedelta(minutes=10)


class SignInForm(AuthenticationForm):
    """Name and password; too many wrong ones have to wait."""

    too_many = False

    def clean(self) -> dict[str, Any]:
        """Say that it has to wait, where it has to."""
        try:
            return super().clean()
        except TooManyTries:
            self.too_many = True
            raise ValidationError(sign_ins.too_many_tries()) from None


class SignInView(LoginView):
    """The password; who has a second factor is asked for that on the next page."""

    template_name = "registry/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Let the person in, or remember for a while that the password was right."""
        user: User = form.get_user()
        if not second_factors.takes_second_factor(user):
            return super().form_valid(form)
        self.request.session[BEGUN] = {
            "person": user.pk,
            "hash": user.get_session_auth_hash(),
            "until": (timezone.now() + BEGUN_LASTS).timestamp(),
            "next": self.get_success_url(),
        }
        return redirect("second_factor")

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again; 429 says that waiting is what helps."""
        response = super().form_invalid(form)
        if form.too_many:
            response.status_code = 429
        return response


class SecondFactorForm(ProofFields):
    """A code or a passkey; the password was right on the page before."""


def begun(request: HttpRequest) -> User | None:
    """Return the person whose password was right a while ago in this session."""
    kept = request.session.get(BEGUN)
    if not kept or kept["until"] < timezone.now().timestamp():
        return None
    user = User.objects.filter(pk=kept["person"], is_active=True).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    if user.demo and not sign_ins.demo_may_come_from(request):
        return None
    return user


def second_factor(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor, and let the person in."""
    user = begun(request)
    if user is None:
        return redirect("sign_in")
    form = SecondFactorForm(request.POST or None)
    held = signatures.held_by(user)
    form.about = sign_ins.SIGNING_IN
    form.fit_to(request, Held(False, held.code, held.passkey), Strength.SECOND_FACTOR)
    if request.method == "POST" and form.is_valid():
        journal.authenticated_by("password")
        try:
            sign_ins.check_second_factor(proof=form.proof, by=user)
        except SignInFailed as failed:
            form.tell(str(failed), failed.part)
        else:
            target = request.session.pop(BEGUN)["next"]
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect(target)
    return show_unsigned(request, "registry/second_factor.html", form)


@require_POST
def sign_in_passkey(request: HttpRequest) -> JsonResponse:
    """Challenge the passkeys of the person who is signing in."""
    user = begun(request)
    if user is None:
        return JsonResponse({"detail": _("Begin again with your password.")}, status=403)
    return answer(
        request,
        lambda site: passkeys.request_options(
            person=user,
            about=sign_ins.SIGNING_IN,
            session=request.session.session_key or "",
            site=site,
        ),
    )


sign_in = SignInView.as_view()
sign_out = LogoutView.as_view()
