"""How allauth keeps second factors here: what codes are made from is encrypted at rest."""

from __future__ import annotations

import base64

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop


class FactorAdapter(DefaultMFAAdapter):
    """allauth's own, with the installation's key, and our name in people's apps."""

    def encrypt(self, text: str) -> str:
        """Encrypt under the present key."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt under the present key or an earlier one. Raises Refused where none fits."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise Refused.because(
                "factor.key_unknown",
                gettext_noop(
                    "This second factor was encrypted under a key that this installation does not"
                    " have. An administrator has to add it to SECOND_FACTOR_OLD_KEYS."
                ),
            ) from None

    def get_totp_issuer(self) -> str:
        """Name the installation, as the app for codes shows it."""
        return f"mlops-gov {settings.ORGANISATION}"


def _cipher() -> MultiFernet:
    keys = (settings.SECOND_FACTOR_KEY, *settings.SECOND_FACTOR_OLD_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
