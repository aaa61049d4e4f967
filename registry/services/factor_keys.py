"""Encrypt second factors anew under the present key, so that an earlier one can be taken away."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from registry.models import User
from registry.rules.signatures import Factor
from registry.services import journal

# Where allauth keeps what codes are made from.
SECRETS = {Factor.CODE: "secret", Factor.RECOVERY_CODE: "seed"}


def rotate() -> int:
    """Encrypt everybody's anew; return how many people that were.

    Person by person, each on its own: killed anywhere, it is run again. Raises Refused where a key
    is missing.
    """
    people = Authenticator.objects.filter(type__in=SECRETS).values_list("user", flat=True)
    return sum(_rotate(pk=pk) for pk in sorted(set(people)))


@journal.verb
def _rotate(*, pk: int) -> int:
    # Who uses a code up holds this row as well, and would otherwise write the earlier secret back.
    person = User.objects.select_for_update(no_key=True).get(pk=pk)
    adapter = get_adapter()
    for factor in Authenticator.objects.filter(user=person, type__in=SECRETS):
        place = SECRETS[Factor(factor.type)]
        anew = adapter.encrypt(adapter.decrypt(factor.data[place]))
        factor.data = {**factor.data, place: anew}
        factor.save(update_fields=["data"])
    journal.record("person.factor_key_rotated", by=None, subject=person, role="system")
    return 1
