# SPDX-License-Identifier: Apache-2.0
"""How much a finder has sent today."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Sum

from weir.clearinghouse.intake import rules
from weir.clearinghouse.intake.models.files import FileRow
from weir.clearinghouse.intake.terms.sending import SpentToday
from weir.foundation.actor import Actor
from weir.foundation.policy.rules import root
from weir.foundation.transactions import reading
from weir.kernel.moments import Moment


def refuse_if_spent(actor: Actor, now: Moment) -> None:
    """Before the first byte of a file is taken. Of two that come at the same instant, both may still be taken."""
    with reading(actor):
        sent = FileRow.objects.filter(finder=root(actor), at__gte=begin_of(now)).aggregate(bytes=Sum("size"))["bytes"]
    if (sent or 0) >= settings.FINDER_BYTES:
        raise SpentToday(*rules.next_day(now))


def begin_of(now: Moment) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
