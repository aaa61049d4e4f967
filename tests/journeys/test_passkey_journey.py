"""A passkey in a real Chromium: it is made, lets its owner in, and confirms that it is them."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import CDPSession, Page, expect

from registry.models import Entry, PasskeyChallenge, PolicyApproval, User
from registry.services import policies, policy_proposals, policy_texts
from tests.browser import Complaints
from tests.cast import PASSWORD, gather
from tests.stack import Stack


@dataclass
class Key:
    """An authenticator plugged into the browser."""

    wire: CDPSession
    number: str

    def knows_its_owner(self, known: bool) -> None:
        """Let it recognise the next finger, or not."""
        said = {"authenticatorId": self.number, "isUserVerified": known}
        self.wire.send("WebAuthn.setUserVerified", said)


@pytest.fixture
def key(page: Page) -> Key:
    """Plug in a key that knows its owner's finger."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    added = wire.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return Key(wire, added["authenticatorId"])


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in/")
    page.get_by_label("Username").fill("manager")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def add_a_passkey(page: Page, address: str) -> None:
    page.goto(f"{address}/account/passkeys/add/")
    heading(page, "Confirm that it is you")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    heading(page, "Add a passkey")
    page.get_by_label("Name").fill("Work laptop")
    press(page, "Make the passkey")
    heading(page, "Your recovery codes")
    expect(page.locator("main li code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("cell", name="Work laptop", exact=True)).to_be_visible()


def test_a_manager_makes_a_passkey_signs_in_with_it_and_confirms_with_it(
    stack: Stack, page: Page, key: Key, complaints: Complaints
) -> None:
    complaints.expect("403 (Forbidden)")
    stack.ask(gather)
    address = stack.url.replace("127.0.0.1", "localhost")
    give_password(page, address)
    heading(page, "Today")
    add_a_passkey(page, address)
    page.get_by_role("main").get_by_role("button", name="Sign out").click()

    give_password(page, address)
    heading(page, "Second factor")
    press(page, "Use a passkey")
    heading(page, "Today")

    page.goto(f"{address}/account/codes/")
    page.get_by_label("Password").fill("guessed")
    press(page, "Use a passkey")
    expect(page.get_by_text("The password is not right.")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Use a passkey")
    heading(page, "Set up an app for codes")
    expect(page.get_by_alt_text("QR code")).to_be_visible()

    # A key that does not know the finger: the page says so in words, and in none of the browser's.
    page.goto(f"{address}/account/confirm/")
    (found,) = stack.ask(lambda: list(Authenticator.objects.filter(type="webauthn")))
    assert found.last_used_at is not None
    key.knows_its_owner(False)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Use a passkey")
    expect(page.get_by_text(re.compile("The passkey was not used"))).to_be_visible()

    actions = stack.ask(lambda: list(Entry.objects.values_list("action", flat=True)))
    assert actions.count("person.factor_added") == 1
    assert actions.count("person.confirmation_failed") == 1
    assert stack.ask(PasskeyChallenge.objects.count) == 1


def propose_a_policy() -> int:
    """Let the policy ask for second factors, and an administrator propose its next edition."""
    strict = deepcopy(policies.in_force().definition)
    strict["tiers"]["1"]["reauthentication"] = "second_factor"
    current = policies.load(definition=strict, by=None)
    changed = deepcopy(strict)
    changed["tiers"]["3"]["approval_days"] -= 1
    proposed = policy_proposals.propose(
        text=policy_texts.written(changed),
        note="Look at it earlier.",
        based_on=current.edition,
        by=User.objects.get(username="admin"),
    )
    return proposed.edition


def test_a_manager_signs_with_password_and_passkey_what_the_policy_asks_that_for(
    stack: Stack, page: Page, key: Key, complaints: Complaints
) -> None:
    complaints.expect("403 (Forbidden)")
    stack.ask(gather)
    address = stack.url.replace("127.0.0.1", "localhost")
    edition = stack.ask(propose_a_policy)
    give_password(page, address)
    heading(page, "Today")
    add_a_passkey(page, address)

    page.goto(f"{address}/settings/policies/{edition}/")
    page.get_by_label("Reason").fill("Read in full.")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign")
    expect(page.get_by_text("This signature takes a second factor")).to_be_visible()
    assert not stack.ask(PolicyApproval.objects.exists)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Use a passkey")
    expect(page.get_by_text("password and passkey")).to_be_visible()
    approval = stack.ask(PolicyApproval.objects.get)
    assert (approval.printed_name, approval.method) == ("Mara Roth", "password and passkey")


def test_under_an_address_the_page_says_to_use_the_name(
    stack: Stack, page: Page, key: Key, complaints: Complaints
) -> None:
    complaints.expect("409 (Conflict)")
    stack.ask(gather)
    give_password(page, stack.url)
    heading(page, "Today")
    page.goto(f"{stack.url}/account/passkeys/add/")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Confirm")
    page.get_by_label("Name").fill("Work laptop")
    press(page, "Make the passkey")
    expect(page.get_by_text("Passkeys work only under a name.")).to_be_visible()
