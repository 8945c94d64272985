"""The dropdown from which an agent picks how a call went."""

from __future__ import annotations

from django.db import models


class DispositionField(models.Model):
    """A custom dropdown field; several connectors may share one."""

    name = models.CharField("name", max_length=120, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DispositionOption(models.Model):
    """One value of the dropdown."""

    field = models.ForeignKey(DispositionField, on_delete=models.CASCADE, related_name="options")
    value = models.CharField("value", max_length=120)
    position = models.PositiveSmallIntegerField("order", default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["field", "value"], name="dispositionoption_once_a_field")]

    def __str__(self) -> str:
        return self.value
