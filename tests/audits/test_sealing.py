"""Which key seals a report, and whose time stamp it takes, by the settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from audits.rendering import Stamping, check_seal
from audits.services import sealing
from registry.rules.refusals import Refused
from tests.audits.stamping import Authority, listening
from tests.audits.test_rendering_document import rendered


@pytest.fixture(autouse=True)
def of_the_demo(settings: Settings, tmp_path: Path) -> None:
    """Take away whatever this machine's own settings say of the seal."""
    settings.SEAL_FOLDER = tmp_path / "seal"
    settings.SEAL_PKCS12 = settings.SEAL_PKCS11_MODULE = settings.TSA_ROOTS = ""
    settings.SEAL_LEVEL, settings.TSA_URL = "B-B", ""


def test_without_a_word_the_demos_own_key_seals() -> None:
    status = check_seal(sealing.sealed(rendered("bare")))
    assert status.intact and status.level == "B-B"
    assert sealing.stamping() is None


def test_an_authority_in_the_settings_stamps_the_seal(settings: Settings) -> None:
    with listening(Authority().answer) as address:
        settings.SEAL_LEVEL, settings.TSA_URL = "B-T", address
        assert check_seal(sealing.sealed(rendered("bare"))).level == "B-T"
    assert sealing.stamping() == Stamping(address)


def test_a_level_that_cannot_be_had_gives_no_lower_one(settings: Settings) -> None:
    settings.SEAL_LEVEL, settings.TSA_URL = "B-LTA", "http://127.0.0.1:9/tsr"
    with pytest.raises(Refused, match="gave no stamp that holds"):
        sealing.sealed(rendered("bare"))
    settings.TSA_ROOTS = "absent.pem"
    with pytest.raises(Refused, match=r"absent\.pem holds no certificate"):
        sealing.sealed(rendered("bare"))


def test_a_key_that_cannot_be_reached_gives_no_other_one(settings: Settings) -> None:
    settings.SEAL_PKCS12, settings.SEAL_PASSPHRASE = "absent.p12", ""
    with pytest.raises(Refused, match=r"absent\.p12 cannot be used to seal"):
        sealing.sealed(rendered("bare"))
    settings.SEAL_PKCS11_MODULE = "/nowhere/token.so"
    settings.SEAL_PKCS11_TOKEN, settings.SEAL_PKCS11_LABEL = "house", "seal"
    with pytest.raises(Refused, match=r"Token house cannot be used to seal \(token\.so said"):
        sealing.sealed(rendered("bare"))
    assert not settings.SEAL_FOLDER.exists()
