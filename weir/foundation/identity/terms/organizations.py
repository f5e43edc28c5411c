# SPDX-License-Identifier: Apache-2.0
"""What an organization is, and what it lets its people do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from weir.kernel.ids import TypedId
from weir.kernel.records import unrecorded


class OrganizationId(TypedId, prefix="O"):
    pass


class OrganizationKind(StrEnum):
    """What an organization is in the flood: who finds, who fixes, who is hit, who watches."""

    AI_LAB = "ai_lab"
    FINDER = "finder"
    MAINTAINER_PROJECT = "maintainer_project"
    VENDOR = "vendor"
    DISTRIBUTOR = "distributor"
    INFRASTRUCTURE_OPERATOR = "infrastructure_operator"
    FEDERAL_AGENCY = "federal_agency"
    STATE_LOCAL_TRIBAL = "state_local_tribal"
    ISAC = "isac"
    COORDINATOR = "coordinator"
    OVERSIGHT = "oversight"


class Sector(StrEnum):
    """The sixteen critical infrastructure sectors of PPD-21 and NSM-22; NONE for all others."""

    NONE = ""
    CHEMICAL = "chemical"
    COMMERCIAL_FACILITIES = "commercial_facilities"
    COMMUNICATIONS = "communications"
    CRITICAL_MANUFACTURING = "critical_manufacturing"
    DAMS = "dams"
    DEFENSE_INDUSTRIAL_BASE = "defense_industrial_base"
    EMERGENCY_SERVICES = "emergency_services"
    ENERGY = "energy"
    FINANCIAL_SERVICES = "financial_services"
    FOOD_AND_AGRICULTURE = "food_and_agriculture"
    GOVERNMENT_SERVICES_AND_FACILITIES = "government_services_and_facilities"
    HEALTHCARE_AND_PUBLIC_HEALTH = "healthcare_and_public_health"
    INFORMATION_TECHNOLOGY = "information_technology"
    NUCLEAR = "nuclear"
    TRANSPORTATION_SYSTEMS = "transportation_systems"
    WATER_AND_WASTEWATER = "water_and_wastewater"


class Role(StrEnum):
    """What an organization lets one of its people do. In the operating organization these are the staff."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    FINDER = "finder"
    MAINTAINER = "maintainer"
    VENDOR = "vendor"
    INSPECTOR = "inspector"
    MEMBER = "member"


@dataclass(frozen=True)
class Organization:
    """An organization, as its own people and the operator's administrators see it."""

    id: OrganizationId
    kind: OrganizationKind
    sector: Sector
    operating: bool
    name: str = unrecorded(default="")
