"""What every stored telephone number has in common."""

from __future__ import annotations

from django.db import models


class StoredPhone(models.Model):
    """A number as it was written, beside the two forms that matching compares.

    ``e164`` is empty when the number cannot be read; ``national_suffix`` is its last seven digits
    (telephony_connector.common.phones.SUFFIX_LENGTH) and the indexed key of every look-up.
    """

    number = models.CharField(
        "number", max_length=40, help_text="In any writing; with country code is best: +91 96117 95983."
    )
    e164 = models.CharField("E.164", max_length=20, blank=True, editable=False)
    national_suffix = models.CharField("suffix", max_length=7, blank=True, editable=False)
    position = models.PositiveSmallIntegerField("order", default=0, help_text="The first number is the main one.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.e164 or self.number
