# SPDX-License-Identifier: Apache-2.0
"""What coordinators keep of how they look at the queue."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class ViewRow(models.Model):
    """A way to look at the queue that somebody wants to come back to. `sealed` holds its name and its filters."""

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    person = models.CharField(max_length=40)
    sealed = models.BinaryField()

    class Meta:
        db_table = "findings_view"
        indexes: ClassVar = [models.Index(fields=["person"], name="findings_view_person")]
