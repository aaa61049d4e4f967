"""What people sign in and sign with beside the password: add it, take it away, look at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import User
from registry.rules import signatures as rules
from registry.rules.refusals import Objection, Refused
from registry.rules.signatures import Factor
from registry.rules.wording import gettext_noop
from registry.services import journal, notices, one_time_codes, passkeys
from registry.services.names import Named

MY_ACCOUNT = "/account/"


@dataclass(frozen=True)
class Enrolled:
    """A person's factors, for their own eyes."""

    codes: Any | None
    passkeys: tuple[Any, ...]
    recovery_codes_left: int

    @property
    def any(self) -> bool:
        """Whether signing in takes a second factor; recovery codes alone are none."""
        return self.codes is not None or bool(self.passkeys)


def enrolled(person: User) -> Enrolled:
    """Return what a person has beside the password."""
    found = list(Authenticator.objects.filter(user=person).order_by("pk"))
    left = [len(one.wrap().get_unused_codes()) for one in found if one.type == Factor.RECOVERY_CODE]
    return Enrolled(
        codes=next((one for one in found if one.type == Factor.CODE), None),
        passkeys=tuple(one for one in found if one.type == Factor.PASSKEY),
        recovery_codes_left=sum(left),
    )


def takes_second_factor(person: User) -> bool:
    """Say whether this person signs in with more than the password."""
    return _chosen(person).exists()


@journal.verb
def activate_codes(*, secret: str, code: str, confirmed_at: datetime | None, by: User) -> list[str]:
    """Take codes made from this secret from now on; return the recovery codes if they are new.

    The code proves that the app has the secret. It counts as used.
    """
    person, objections = _begun(by, confirmed_at)
    if Authenticator.objects.filter(user=person, type=Factor.CODE).exists():
        objections.append(
            Objection(
                "factor.codes_already",
                gettext_noop("You have an app for codes already; remove it before adding another."),
            )
        )
    step = one_time_codes.matching_step(secret, code) if secret else None
    if step is None:
        objections.append(
            Objection(
                "factor.wrong_code",
                gettext_noop(
                    "This is not the code of this moment. Check the clock of the device that"
                    " shows the codes, and enter the next one."
                ),
            )
        )
    if objections:
        raise Refused(*objections)
    kept = TOTP.activate(person, secret).instance
    kept.data = {**kept.data, "last_step": step}
    kept.save(update_fields=["data"])
    _told(person, Factor.CODE, "added")
    return _first_recovery_codes(person)


@journal.verb
def add_passkey(
    *, name: str, answer: str, session: str, confirmed_at: datetime | None, by: User
) -> list[str]:
    """Keep a new passkey under a name; return the recovery codes if they are new."""
    person, objections = _begun(by, confirmed_at)
    name = name.strip()
    if not 0 < len(name) <= rules.LONGEST_NAME:
        objections.append(
            Objection(
                "factor.name",
                gettext_noop("Give the passkey a name of up to %(most)s characters."),
                {"most": rules.LONGEST_NAME},
            )
        )
    made = passkeys.made(person=person, answer=answer, session=session)
    if made is None or _is_known(made):
        objections.append(
            Objection(
                "factor.passkey",
                gettext_noop("The browser made no passkey for this page, or too late. Try again."),
            )
        )
    if objections or made is None:
        raise Refused(*objections)
    kept = WebAuthn.add(person, name, made["credential"]).instance
    kept.data = {**kept.data, "sign_count": made["sign_count"]}
    kept.save(update_fields=["data"])
    _told(person, Factor.PASSKEY, "added", name)
    return _first_recovery_codes(person)


@journal.verb
def remove(*, factor: int, confirmed_at: datetime | None, by: User) -> None:
    """Take a factor of the person's own away; with the last one the recovery codes go too."""
    person, objections = _begun(by, confirmed_at)
    kept = _chosen(person).filter(pk=factor).first()
    if kept is None:
        objections.append(
            Objection("factor.unknown", gettext_noop("You have no such second factor any more."))
        )
    if objections or kept is None:
        raise Refused(*objections)
    name = kept.data.get("name", "")
    kept.delete()
    _told(person, Factor(kept.type), "removed", name)
    if not _chosen(person).exists():
        Authenticator.objects.filter(user=person).delete()


@journal.verb
def renew_recovery_codes(*, confirmed_at: datetime | None, by: User) -> list[str]:
    """Replace all recovery codes by new ones, and return those, which are shown this once."""
    person, objections = _begun(by, confirmed_at)
    if not _chosen(person).exists():
        objections.append(
            Objection(
                "factor.none",
                gettext_noop("Recovery codes stand in for a second factor, and you have none yet."),
            )
        )
    if objections:
        raise Refused(*objections)
    Authenticator.objects.filter(user=person, type=Factor.RECOVERY_CODE).delete()
    codes = _first_recovery_codes(person)
    _told(person, Factor.RECOVERY_CODE, "renewed")
    return codes


@journal.verb
def remove_all(*, person: User, reason: str, by: None) -> int:
    """Take every factor away from a person who lost them all: an operator's act."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    factors = list(_chosen(person))
    if not reason.strip() or not factors:
        raise Refused.because(
            "factor.not_reset",
            gettext_noop("Give a reason, and the account of a person who has a second factor."),
        )
    Authenticator.objects.filter(user=person).delete()
    kinds = sorted({str(factor.type) for factor in factors})
    journal.record(
        "person.factors_reset",
        by=by,
        subject=person,
        role="system",
        changes={"factors": kinds},
        reason=reason.strip(),
    )
    _tell(person, _("an operator removed every second factor"))
    return len(factors)


def _begun(by: User, confirmed_at: datetime | None) -> tuple[User, list[Objection]]:
    """Hold the person's row, and ask that they proved anew, just before, who they are."""
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    now = timezone.now()
    if confirmed_at and now - rules.CONFIRMED_FOR < confirmed_at <= now:
        return person, []
    return person, [
        Objection(
            "factor.not_confirmed", gettext_noop("Confirm first that it is you, then do it again.")
        )
    ]


def _chosen(person: User) -> QuerySet[Any]:
    """Return the factors a person set up; recovery codes come by themselves."""
    chosen = [Factor.CODE, Factor.PASSKEY]
    return Authenticator.objects.filter(user=person, type__in=chosen).order_by("pk")


def _is_known(made: dict[str, Any]) -> bool:
    same = {"data__credential__rawId": made["credential"]["rawId"]}
    return Authenticator.objects.filter(type=Factor.PASSKEY, **same).exists()


def _first_recovery_codes(person: User) -> list[str]:
    """Return new recovery codes; nothing where there are some, for they are shown once."""
    if Authenticator.objects.filter(user=person, type=Factor.RECOVERY_CODE).exists():
        return []
    codes = RecoveryCodes.activate(person)
    codes.mark_as_viewed()
    return list(codes.generate_codes())


def _told(person: User, factor: Factor, what: str, name: str = "") -> None:
    """Journal a change of one's own factors, and tell the person, whoever did it."""
    changes = {"factor": factor.value} | ({"name": Named(person, name)} if name else {})
    journal.record(f"person.factor_{what}", by=person, subject=person, changes=changes)
    _tell(person, f"{_(rules.FACTOR_NAMES[factor])}, {_(DONE[what])}")


def _tell(person: User, what: str) -> None:
    notices.tell(
        people=[person],
        code="factor.changed",
        about=person,
        model=None,
        params={"about": what},
        link=MY_ACCOUNT,
        urgent=True,
    )


DONE = {
    "added": gettext_noop("added"),
    "removed": gettext_noop("removed"),
    "renewed": gettext_noop("renewed"),
}
