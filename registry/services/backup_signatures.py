"""Who signed a backup: its manifest, and with it all that lies in the archive."""

from __future__ import annotations

from collections.abc import Collection

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry.rules.backups import Manifest
from registry.rules.checkpoints import fingerprint
from registry.rules.refusals import Objection
from registry.rules.wording import gettext_noop
from registry.services import checkpoint_keys


def signer_of(manifest: Manifest) -> str | None:
    """Return the name of the key whose signature holds; None where there is none that does."""
    try:
        public_key = bytes.fromhex(manifest.public_key)
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            bytes.fromhex(manifest.signature), manifest.signed_text().encode("utf-8")
        )
    except (InvalidSignature, ValueError):
        return None
    return fingerprint(public_key)


def known_by(keys: Manifest | None, named: Collection[str] = ()) -> set[str]:
    """Return the names of the keys that may have signed: none is taken from the backup itself.

    They are those that lie here, those an archive of keys states, and those the caller names.
    """
    stated = keys.known if keys else ()
    return {
        *(pair.fingerprint for pair in checkpoint_keys.held()),
        *(fingerprint(bytes.fromhex(key)) for key in stated),
        *(name.lower() for name in named),
    }


def objections_to(manifest: Manifest, known: Collection[str], *, unsigned: bool) -> list[Objection]:
    """Say what stands against a signature; with ``unsigned`` none has to be there, or be known."""
    signer = signer_of(manifest)
    if manifest.signature and signer is None:
        return [
            Objection(
                "backup.signature",
                gettext_noop(
                    "The archive of %(made_at)s was changed after it was signed. Take another copy"
                    " of it."
                ),
                {"made_at": manifest.made_at},
            )
        ]
    if unsigned or signer in known:
        return []
    return [
        Objection(
            "backup.unknown_key",
            gettext_noop(
                "The archive of %(made_at)s is not signed by a known key (%(key)s), so anybody may"
                " have written it. Name the newest archive of keys, or the key with --signed-by;"
                " add --unsigned only where you know otherwise whose archive it is."
            ),
            {"made_at": manifest.made_at, "key": signer or "-"},
        )
    ]
