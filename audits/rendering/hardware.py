"""The organisation's certificate in a token: a smart card or HSM that is spoken to by PKCS#11."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from registry.rules.refusals import Refused
from registry.rules.wording import gettext_noop

if TYPE_CHECKING:
    from pyhanko.sign import Signer


@contextmanager
def signer_in_token(module: Path, token: str, label: str, pin: str) -> Iterator[Signer]:
    """Yield a signer whose key stays in the token; raises Refused where it cannot be reached.

    ``module`` is the token maker's library, ``token`` the label of the token, ``label`` that of key
    and certificate in it. The session ends with the block: a token has few of them.
    """
    from pkcs11.exceptions import PKCS11Error
    from pyhanko.config.pkcs11 import TokenCriteria
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

    try:
        session = open_pkcs11_session(
            str(module), token_criteria=TokenCriteria(label=token), user_pin=pin or None
        )
    except (PKCS11Error, RuntimeError) as error:
        raise _unreachable(module, token, label, error) from error
    with session:
        signer = PKCS11Signer(session, cert_label=label, key_label=label, other_certs_to_pull=None)
        try:
            _found = signer.signing_cert
        except PKCS11Error as error:
            raise _unreachable(module, token, label, error) from error
        yield signer


def _unreachable(module: Path, token: str, label: str, why: Exception) -> Refused:
    return Refused.because(
        "seal.token",
        gettext_noop(
            "Token %(token)s cannot be used to seal (%(module)s said: %(why)s). It has to be"
            " plugged in, take the PIN of the settings, and hold a key and a certificate labelled"
            " %(label)s."
        ),
        token=token,
        module=module.name,
        label=label,
        why=str(why) or type(why).__name__,
    )
