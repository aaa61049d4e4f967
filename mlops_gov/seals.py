"""Reads the settings of the seal; a wrong combination stops the start with a sentence."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LEVELS = ("B-B", "B-T", "B-LTA")


def as_key_place(
    *, pkcs12: str, module: str, token: str, label: str, pin: str
) -> tuple[str, str, str, str]:
    """Return where the seal's key is held in a token, all empty where it is in a file.

    The key is in one place, and what leads to it is named whole.
    """
    told = {
        "SEAL_PKCS11_MODULE": module, "SEAL_PKCS11_TOKEN": token,
        "SEAL_PKCS11_LABEL": label, "SEAL_PKCS11_PIN": pin,
    }  # fmt: skip
    if not any(told.values()):
        return "", "", "", ""
    if pkcs12:
        raise ImproperlyConfigured(
            "SEAL_PKCS12 and SEAL_PKCS11_MODULE are both set; the key that seals is either in a"
            " file or in a token, so take one of them away."
        )
    missing = [name for name, text in told.items() if not text and name != "SEAL_PKCS11_PIN"]
    if missing:
        raise ImproperlyConfigured(
            f"The token that seals is named in part: set {' and '.join(missing)} as well."
        )
    return module, token, label, pin


def as_level(text: str, tsa_url: str) -> str:
    """Return which level of PAdES a seal keeps to: without a word, the one the TSA allows."""
    level = text.strip().upper() or ("B-T" if tsa_url else "B-B")
    if level not in LEVELS:
        raise ImproperlyConfigured(f"SEAL_LEVEL is {text!r}; write one of {', '.join(LEVELS)}.")
    if level != "B-B" and not tsa_url:
        raise ImproperlyConfigured(
            f"SEAL_LEVEL is {level}, which takes a time stamp: name an authority in TSA_URL."
        )
    return level


def as_tsa_url(text: str) -> str:
    """Return the address of the time-stamping authority; empty where there is none."""
    parts = urlsplit(text)
    if text and (parts.scheme not in {"http", "https"} or not parts.hostname):
        raise ImproperlyConfigured(
            f"TSA_URL is {text!r}; write an address such as https://tsa.example.org/tsr."
        )
    return text
