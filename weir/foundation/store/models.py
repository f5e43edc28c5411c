# SPDX-License-Identifier: Apache-2.0
"""Rows of the store. No key, no digest and nothing readable lies here."""

from __future__ import annotations

from django.db import models


class CompartmentRow(models.Model):
    """A case and the id of its key, which lies in the key store. An erased row stays: its name is never used again."""

    id = models.UUIDField(primary_key=True)  # the key's id: a version 7 UUID, made by the key store
    name = models.CharField(max_length=64, unique=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "store_compartment"


class BlobRow(models.Model):
    """A sealed file. Its name is keyed by the compartment, so the same bytes in two compartments share nothing."""

    id = models.UUIDField(primary_key=True)
    compartment = models.ForeignKey("store.CompartmentRow", on_delete=models.PROTECT, related_name="blobs")
    name = models.CharField(max_length=64)
    size = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    sender_sealed = models.BooleanField()

    class Meta:
        db_table = "store_blob"
        constraints = [  # noqa: RUF012 - Django's way
            models.UniqueConstraint(fields=["compartment", "name"], name="store_blob_once_per_compartment")
        ]
        indexes = [models.Index(fields=["name"], name="store_blob_by_name")]  # noqa: RUF012 - the sweep asks by name


class PendingDestructionRow(models.Model):
    """A key that is to be destroyed from `due_at` on. While the row is there, the job tries again."""

    compartment = models.OneToOneField(
        "store.CompartmentRow", primary_key=True, on_delete=models.PROTECT, related_name="pending"
    )
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "store_pending_destruction"
