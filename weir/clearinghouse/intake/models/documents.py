# SPDX-License-Identifier: Apache-2.0
"""Rows of documents and of what they say. Open: numbers, states, moments, counts, and digests keyed by the instance."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from weir.clearinghouse.intake.terms.documents import DocumentId
from weir.foundation.policy.terms import Protects


class DocumentRow(models.Model):
    """One document. `sealed` holds its name, its blob and its digest, `found` the format, once that is known.

    `finder` is the person who answers for the submitter. `sent` names the bytes among those of one sender, keyed; none
    once the document was erased. `read` counts all that was read of it: what was added, what was known, what could not
    be read and what was no item.
    """

    id = models.UUIDField(primary_key=True)
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    submitter = models.CharField(max_length=40)
    finder = models.CharField(max_length=40, blank=True, default="", db_default="")
    organization = models.CharField(max_length=40, blank=True)
    sent = models.BinaryField(null=True, unique=True)
    sealed = models.BinaryField()
    found = models.BinaryField(default=b"")
    read = models.BigIntegerField(default=0)
    added = models.BigIntegerField(default=0)
    known = models.BigIntegerField(default=0)
    troubles = models.BigIntegerField(default=0)

    policy: ClassVar = Protects(
        kind="Weir::Document",
        id=DocumentId,
        read="intake.read_document",
        lists=("intake.list_documents",),
        attributes={"state": "state", "submitter": "submitter"},
    )

    class Meta:
        db_table = "intake_document"
        indexes = (models.Index(fields=["state", "received_at"], name="intake_document_waiting"),)


class ItemRow(models.Model):
    """One item of a document. `digest` names it among all that its sender ever sent, so it is there once.

    `keys` are its exact keys, one after the other: the kind in a byte, then the key, as `ItemKeyRow` has them.
    """

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField(unique=True)
    document = models.ForeignKey("intake.DocumentRow", on_delete=models.PROTECT)
    keys = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_item"


class ItemKeyRow(models.Model):
    """One exact key of one item. The primary key is the index by which items of one cause find each other."""

    pk = models.CompositePrimaryKey("key", "item")
    key = models.BinaryField()
    item = models.BinaryField()
    kind = models.SmallIntegerField()

    class Meta:
        db_table = "intake_item_key"


class TroubleRow(models.Model):
    """Something in a document that could not be read: where, and what to do, sealed. Of each document the first."""

    id = models.BigAutoField(primary_key=True)
    document = models.ForeignKey("intake.DocumentRow", on_delete=models.PROTECT)
    sealed = models.BinaryField()

    class Meta:
        db_table = "intake_trouble"
