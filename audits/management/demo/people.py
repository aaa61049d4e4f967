"""The demo's people, units and roles."""

from __future__ import annotations

from dataclasses import dataclass

from registry.models import Membership, Unit, User
from registry.rules.roles import Role
from registry.services import people, units

PASSWORD = "demo"  # noqa: S105 - public on purpose; the sign-in backend keeps these accounts to loopback

PEOPLE = {
    "scientist": ("Ada", "Brandt"),
    "validator": ("Vera", "Lindt"),
    "manager": ("Grace", "Hartmann"),
    "manager2": ("Bruno", "Keller"),
    "manager3": ("Clara", "Busch"),
    "ethics": ("Elif", "Yildiz"),
    "owner": ("Jonas", "Weber"),
    "deployer": ("Dario", "Conti"),
    "auditor": ("Amira", "Sahin"),
    "admin": ("Paul", "Steiner"),
    "newcomer": ("Nina", "Vogel"),
}

RETAIL, PENSIONS, INSURANCE = "retail-credit", "pensions", "insurance"
UNITS = {RETAIL: "Retail credit", PENSIONS: "Pension plans", INSURANCE: "Health insurance"}

EVERYWHERE = {
    "scientist": Role.DATA_SCIENTIST,
    "validator": Role.VALIDATOR,
    "owner": Role.BUSINESS_OWNER,
    "auditor": Role.AUDITOR,
    "manager": Role.MODEL_RISK_MANAGER,
    "manager2": Role.MODEL_RISK_MANAGER,
    "manager3": Role.MODEL_RISK_MANAGER,
    "ethics": Role.ETHICS_REVIEWER,
    "deployer": Role.DEPLOYER,
}


@dataclass(frozen=True)
class Cast:
    """The people by their accounts' names, and the units by their short names."""

    people: dict[str, User]
    units: dict[str, Unit]

    def __getitem__(self, username: str) -> User:
        return self.people[username]


def gather() -> Cast:
    """Add whoever is missing and grant them their roles; ``newcomer`` waits for one."""
    cast = Cast(
        {username: _person(username) for username in PEOPLE},
        {},
    )
    for slug, name in UNITS.items():
        unit = Unit.objects.filter(slug=slug).first() or units.found(
            slug=slug, name=name, administrator=cast["admin"], by=None
        )
        cast.units[slug] = unit
        for username, role in EVERYWHERE.items():
            if role.value not in Membership.objects.roles_of(cast[username], unit):
                units.grant(unit=unit, user=cast[username], role=role, by=cast["admin"])
    return cast


def _person(username: str) -> User:
    first_name, last_name = PEOPLE[username]
    known: User | None = User.objects.filter(username=username).first()
    return known or people.add(
        username=username,
        first_name=first_name,
        last_name=last_name,
        password=PASSWORD,
        demo=True,
        by=None,
    )
