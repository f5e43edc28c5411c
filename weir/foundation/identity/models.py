# SPDX-License-Identifier: Apache-2.0
"""Rows of identity. Whom an opaque actor id belongs to stands only here, so that it can be erased.

Agents and tokens hang on a membership and go with it: when a person leaves or an organization withdraws, the database
itself ends whatever acted for them, and no sweep can come too late.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from weir.foundation.identity.terms import ControlMethod, DutyKind, OrganizationKind, Sector


def one_of(words: Any, **options: Any) -> models.CharField[str, str]:
    return models.CharField(max_length=40, choices=[(word.value, word.value) for word in words], **options)


class PersonManager(BaseUserManager["PersonRow"]):
    """What Django and allauth ask of the user model: finding. Making people is `accounts.new_person`."""


class PersonRow(AbstractBaseUser):
    """Somebody who signs in. `number` is the opaque id that the ledger and every other room knows.

    `is_active` is false only for somebody who left while a legal hold keeps their row: for all others it is gone.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField()
    contact_changed = models.DateTimeField(null=True)
    kept_email = models.EmailField(blank=True)

    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        db_table = "identity_person"


class NumberRow(models.Model):
    """Every number that identity ever gave. It outlives whoever had it, so that none is given twice."""

    number = models.CharField(max_length=24, primary_key=True)

    class Meta:
        db_table = "identity_number"


class OrganizationRow(models.Model):
    """An organization. From `controlled_from` on its maintainers or vendors count as such: control was shown."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=200)
    kind = one_of(OrganizationKind)
    sector = one_of(Sector, blank=True, default="")
    operating = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    contact = models.EmailField(blank=True)
    contact_changed = models.DateTimeField(null=True)
    controlled_from = models.DateTimeField(null=True)
    created = models.DateTimeField()

    class Meta:
        db_table = "identity_organization"
        constraints: ClassVar = [
            # One instance is one tenant. Two first administrators that race meet here.
            models.UniqueConstraint(
                fields=["operating"], condition=models.Q(operating=True), name="identity_one_operating_organization"
            )
        ]


class MembershipRow(models.Model):
    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey("identity.PersonRow", models.CASCADE, related_name="memberships")
    organization = models.ForeignKey("identity.OrganizationRow", models.CASCADE, related_name="memberships")
    roles = models.JSONField()
    since = models.DateTimeField()
    terms = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "identity_membership"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "organization"], name="identity_one_membership_each")
        ]


class AgentRow(models.Model):
    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    name = models.CharField(max_length=200)
    membership = models.ForeignKey("identity.MembershipRow", models.CASCADE, related_name="agents")
    scopes = models.JSONField()
    rate_per_minute = models.IntegerField()
    expires = models.DateTimeField()
    created = models.DateTimeField()

    class Meta:
        db_table = "identity_agent"


class TokenRow(models.Model):
    """What is left of a token: the digest of its secret, and what it opens. `last_used` is a day, not a trail."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    membership = models.ForeignKey("identity.MembershipRow", models.CASCADE, related_name="tokens")
    agent = models.ForeignKey("identity.AgentRow", models.CASCADE, null=True, related_name="tokens")
    audience = models.CharField(max_length=300)
    scopes = models.JSONField()
    name = models.CharField(max_length=200, blank=True)
    second_factor = models.BooleanField()
    created = models.DateTimeField()
    expires = models.DateTimeField(db_index=True)
    last_used = models.DateField(null=True)

    class Meta:
        db_table = "identity_token"


class FirstDoorRow(models.Model):
    id = models.UUIDField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()

    class Meta:
        db_table = "identity_first_door"


class ApplicationRow(models.Model):
    """An organization that asks to take part. Once declined it waits for its letter, for nobody to see."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.CharField(max_length=200)
    kind = one_of(OrganizationKind)
    sector = one_of(Sector, blank=True, default="")
    contact = models.EmailField()
    terms = models.CharField(max_length=64)
    received = models.DateTimeField()
    declined = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_application"


class InvitationRow(models.Model):
    """A way in that was sent by letter. The job that sends it derives the secret; the row holds its digest."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.ForeignKey("identity.OrganizationRow", models.CASCADE, related_name="invitations")
    email = models.EmailField()
    roles = models.JSONField()
    invited_by = models.CharField(max_length=24)
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "identity_invitation"


class ControlRow(models.Model):
    """A challenge, and once it was seen in its place, a proof of control.

    `changed` is when the proof began to rest on somebody it did not rest on before; for 90 days from then it waits for
    a second person.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    organization = models.ForeignKey("identity.OrganizationRow", models.CASCADE, related_name="controls")
    asked_by = models.CharField(max_length=24)
    method = one_of(ControlMethod)
    target = models.CharField(max_length=300)
    challenge = models.CharField(max_length=80)
    expires = models.DateTimeField()
    proven = models.DateTimeField(null=True)
    changed = models.DateTimeField(null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    seconded = models.DateTimeField(null=True)
    seconded_by = models.CharField(max_length=24, blank=True)

    class Meta:
        db_table = "identity_control"
        indexes: ClassVar = [models.Index(fields=["target", "proven"], name="identity_control_target")]


class DutyRow(models.Model):
    """What outlasts leaving. `mark` is a keyed digest of a banned address: the ban survives its erasure."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    about = models.CharField(max_length=24, db_index=True)
    kind = one_of(DutyKind)
    ends = models.DateTimeField(db_index=True)
    mark = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        db_table = "identity_duty"


class HoldRow(models.Model):
    """A legal hold: begun by one person, in force once another confirms it."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    about = models.CharField(max_length=24, db_index=True)
    placed_by = models.CharField(max_length=24)
    placed = models.DateTimeField()
    confirmed_by = models.CharField(max_length=24, blank=True)

    class Meta:
        db_table = "identity_hold"
