"""The settings of the seal: a wrong combination stops the start with a sentence."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlops_gov.seals import as_key_place, as_level, as_tsa_url

TOKEN = {"module": "/usr/lib/token.so", "token": "house", "label": "seal", "pin": "1234"}


def test_a_key_in_a_token_is_named_by_library_token_and_label() -> None:
    assert as_key_place(pkcs12="", **TOKEN) == ("/usr/lib/token.so", "house", "seal", "1234")
    assert as_key_place(pkcs12="", **{**TOKEN, "pin": ""})[3] == ""
    assert as_key_place(pkcs12="seal.p12", module="", token="", label="", pin="") == ("",) * 4


@pytest.mark.parametrize("part", ["module", "token", "label"])
def test_a_token_named_in_part_is_refused(part: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"SEAL_PKCS11_{part.upper()}"):
        as_key_place(pkcs12="", **{**TOKEN, part: ""})


def test_a_pin_without_a_token_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="named in part") as refusal:
        as_key_place(pkcs12="", module="", token="", label="", pin="1234")
    assert "1234" not in str(refusal.value)


def test_two_keys_at_once_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="take one of them away"):
        as_key_place(pkcs12="seal.p12", **TOKEN)


def test_the_level_follows_the_authority_unless_it_is_said() -> None:
    assert as_level("", "") == "B-B"
    assert as_level("", "https://tsa.example.org") == "B-T"
    assert as_level("b-lta", "https://tsa.example.org") == "B-LTA"
    assert as_level("B-B", "https://tsa.example.org") == "B-B"


@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_a_level_that_takes_a_stamp_takes_an_authority(level: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="name an authority in TSA_URL"):
        as_level(level, "")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="write one of B-B, B-T, B-LTA"):
        as_level("B-LT", "https://tsa.example.org")


@pytest.mark.parametrize("address", ["tsa.example.org", "ftp://tsa.example.org", "https://"])
def test_an_authority_has_an_address_of_the_web(address: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write an address such as"):
        as_tsa_url(address)
