"""Every factory makes a valid row without arguments."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories


@pytest.mark.django_db
@pytest.mark.parametrize("factory", factories.ModelFactory.__subclasses__(), ids=lambda factory: factory.__name__)
def test_factory_makes_a_row_that_its_model_accepts(factory: Any) -> None:
    row = factory()

    row.clean_fields(exclude={"context"})
    row.validate_constraints()

    assert type(row).objects.filter(pk=row.pk).exists()
