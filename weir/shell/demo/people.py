# SPDX-License-Identifier: Apache-2.0
"""Who takes part in the made-up world."""

from __future__ import annotations

from dataclasses import dataclass

from weir.foundation.identity.terms import OrganizationKind, Role, Sector


@dataclass(frozen=True)
class Person:
    """Somebody made up, named for what they do. The name before the @ is what `weir demo code` takes."""

    email: str
    name: str
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Organization:
    """A made-up organization; its first person applied for it."""

    name: str
    kind: OrganizationKind
    people: tuple[Person, ...]
    sector: Sector = Sector.NONE


ADMINISTRATOR = Person("administrator@weir.example", "Administrator One (made up)", ())
COORDINATOR = Person("coordinator@weir.example", "Coordinator One (made up)", (Role.COORDINATOR,))
STAFF = (ADMINISTRATOR, COORDINATOR)
GUESTS = (
    Organization(
        "First Example AI Lab (made up)",
        OrganizationKind.AI_LAB,
        (Person("finder@lab-one.example", "Finder One (made up)", ()),),
    ),
    Organization(
        "Second Example AI Lab (made up)",
        OrganizationKind.AI_LAB,
        (Person("finder@lab-two.example", "Finder Two (made up)", ()),),
    ),
    Organization(
        "Example Parser Project (made up)",
        OrganizationKind.MAINTAINER_PROJECT,
        (
            Person("maintainer@parser.example", "Maintainer One (made up)", ()),
            Person("reviewer@parser.example", "Maintainer Two (made up)", (Role.MEMBER,)),
        ),
    ),
    Organization(
        "Example Appliances (made up)",
        OrganizationKind.VENDOR,
        (Person("vendor@appliances.example", "Vendor One (made up)", ()),),
    ),
    Organization(
        "Example General Hospital (made up)",
        OrganizationKind.INFRASTRUCTURE_OPERATOR,
        (Person("security@hospital.example", "Hospital Security One (made up)", ()),),
        Sector.HEALTHCARE_AND_PUBLIC_HEALTH,
    ),
    Organization(
        "Example Independent Finders (made up)",
        OrganizationKind.FINDER,
        (Person("finder@independent.example", "Finder Three (made up)", ()),),
    ),
)

LAB_ONE, LAB_TWO, ALONE, HOSPITAL = (
    "finder@lab-one.example",
    "finder@lab-two.example",
    "finder@independent.example",
    "security@hospital.example",
)
