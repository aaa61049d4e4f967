"""The proof of a signer, as every door that signs takes it: a token alone is no signature."""

from __future__ import annotations

from typing import Any

from registry.api.shapes import StrictSerializer, Text
from registry.services.signatures import Proof


class ProofSerializer(StrictSerializer):
    """What a signature takes beside what it says.

    Without it, a request answers 403 before anything else is said.
    """

    password = Text(
        default="",
        allow_blank=True,
        trim_whitespace=False,
        help_text="The signer's own, entered again.",
    )
    code = Text(
        default="",
        allow_blank=True,
        max_length=40,
        help_text="The signer's one-time or recovery code, where the policy asks for a second"
        " factor. Each is good once.",
    )


def proof_in(asked: dict[str, Any]) -> Proof:
    """Take the proof out of what was asked, and return it. Passkeys answer in browsers alone."""
    return Proof(password=asked.pop("password"), code=asked.pop("code"))
