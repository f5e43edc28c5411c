# SPDX-License-Identifier: Apache-2.0
"""How much came from whom today: nothing of what it was."""

from __future__ import annotations

from django.db import models


class FileRow(models.Model):
    """One file that came. Rows are added and never changed, so that two files of one finder do not wait for each other.

    Those of days that are over go with the finder's next file.
    """

    id = models.BigAutoField(primary_key=True)
    finder = models.CharField(max_length=40)
    at = models.DateTimeField()
    size = models.BigIntegerField()

    class Meta:
        db_table = "intake_file"
        indexes = (models.Index(fields=["finder", "at"], name="intake_file_finder"),)
