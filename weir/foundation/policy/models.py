# SPDX-License-Identifier: Apache-2.0
"""Rows of policy. Two of them are on every hot path: who an object is shown to, and which source said so."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from weir.foundation.policy.terms import (
    ActState,
    BrokenGlass,
    GlassId,
    Notice,
    NoticeId,
    PendingAct,
    PendingActId,
    Protects,
    RegimeStatus,
)
from weir.kernel.moments import Moment


class AudienceRow(models.Model):
    """One key that one object is shown to. The primary key is the index that lists are read from, newest first."""

    pk = models.CompositePrimaryKey("kind", "key", "object")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    object = models.UUIDField()

    class Meta:
        db_table = "policy_audience"
        indexes: ClassVar = [models.Index(fields=["object", "kind", "key"], name="policy_audience_of")]


class MarkRow(models.Model):
    """How one source wants one object to be handled. `audience` holds the keys, one per line; embargo 0 is none."""

    pk = models.CompositePrimaryKey("object", "source")
    object = models.UUIDField()
    source = models.CharField(max_length=60)
    tlp = models.CharField(max_length=12)
    audience = models.TextField()
    embargo_ms = models.BigIntegerField()

    class Meta:
        db_table = "policy_mark"


class PendingActRow(models.Model):
    policy: ClassVar = Protects(
        kind="Weir::PendingAct",
        id=PendingActId,
        attributes={"act": "act", "proposer": "proposer", "state": "state"},
    )

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    act = models.CharField(max_length=80)
    on = models.CharField(max_length=24)
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    proposer = models.CharField(max_length=60)
    proposer_root = models.CharField(max_length=60)
    confirmer = models.CharField(max_length=60)
    state = models.CharField(max_length=12)
    expires = models.DateTimeField()

    class Meta:
        db_table = "policy_pending_act"
        indexes: ClassVar = [models.Index(fields=["act", "on", "digest"], name="policy_pending_act_what")]

    def as_term(self) -> PendingAct:
        return PendingAct(
            PendingActId(self.number),
            self.act,
            self.on,
            self.digest,
            self.reason,
            self.proposer,
            Moment.of(self.expires),
            ActState(self.state),
            self.confirmer,
        )


class GlassRow(models.Model):
    policy: ClassVar = Protects(
        kind="Weir::BrokenGlass",
        id=GlassId,
        read="policy.list_broken_glass",
        lists=("policy.list_broken_glass",),
        attributes={"by": "by"},
    )

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    by = models.CharField(max_length=60)
    on = models.CharField(max_length=24)
    reason = models.TextField()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        db_table = "policy_glass"
        indexes: ClassVar = [models.Index(fields=["by", "until"], name="policy_glass_held")]

    def as_term(self) -> BrokenGlass:
        moments = Moment.of(self.at), Moment.of(self.until)
        return BrokenGlass(GlassId(self.number), self.by, self.on, self.reason, *moments)


class NoticeRow(models.Model):
    """Addressed to a key, so that whoever becomes an administrator later finds it too."""

    policy: ClassVar = Protects(
        kind="Weir::Notice",
        id=NoticeId,
        read="policy.list_notices",
        lists=("policy.list_notices",),
        attributes={"to": "to"},
    )

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    to = models.CharField(max_length=120)
    sentence = models.TextField()
    about = models.CharField(max_length=24)
    at = models.DateTimeField()

    class Meta:
        db_table = "policy_notice"

    def as_term(self) -> Notice:
        return Notice(NoticeId(self.number), self.to, self.sentence, self.about, Moment.of(self.at))


class RegimeStatusRow(models.Model):
    """What an operator held the status of a legal regime to be, as of a day. Kept: the newest day counts."""

    id = models.UUIDField(primary_key=True)
    regime = models.CharField(max_length=60)
    status = models.CharField(max_length=20, choices=[(status.value, status.value) for status in RegimeStatus])
    as_of = models.DateField()
    source = models.TextField()
    set_by = models.CharField(max_length=60)

    class Meta:
        db_table = "policy_regime_status"
        indexes: ClassVar = [models.Index(fields=["regime", "as_of"], name="policy_regime_newest")]
