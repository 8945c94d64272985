"""The state of one import: what was found wrong, what was done, and whom names refer to."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from connector_config.models import Connector, DispositionField
from connector_config.services.configuration.problems import Problem, Problems, did_you_mean, join
from crm.models import Agent, Lead, Opportunity, Team
from crm.selectors import find_lead
from crm.services.phones import DEFAULT_COUNTRY
from telephony_connector.common.phones import to_e164


@dataclass(slots=True)
class ImportRun:
    """Passed from section to section. ``remarks`` are things to tell that are no fault.

    ``is_export``: the file was written by an export, so what could be stored may stand in it; ``is_secretless``: by one
    without secrets, so a missing secret is only remarked.
    """

    is_export: bool = False
    is_secretless: bool = False
    country: str = DEFAULT_COUNTRY
    problems: Problems = field(default_factory=Problems)
    remarks: list[Problem] = field(default_factory=list)
    created: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)
    _agents: dict[str, Agent | None] = field(default_factory=dict)
    _leads_of_other_ids: dict[str, Lead] = field(default_factory=dict)

    def count(self, kind: str, *, is_new: bool) -> None:
        """Note that a record was stored."""
        (self.created if is_new else self.updated)[kind] += 1

    def agent(self, email: str, path: str) -> Agent | None:
        """The agent of an e-mail; None for an empty one. An unknown one is a fault."""
        key = email.strip().lower()
        if not key:
            return None
        if not self._agents.get(key):
            self._agents[key] = Agent.objects.filter(email__iexact=key).first()
        if self._agents[key] is None:
            known = Agent.objects.values_list("email", flat=True)[:1000]
            self.problems.add(path, f"there is no agent {email.strip()!r}{did_you_mean(key, known)}")
        return self._agents[key]

    def team(self, name: str, path: str) -> Team | None:
        """The team of a name; None for an empty one. An unknown one is a fault."""
        team = Team.objects.filter(name=name).first() if name else None
        if name and team is None:
            known = Team.objects.values_list("name", flat=True)
            self.problems.add(path, f"there is no team {name!r}{did_you_mean(name, known)}; list it under teams")
        return team

    def connector(self, slug: str, path: str) -> Connector | None:
        """The connector of a slug. An unknown one is a fault."""
        connector = Connector.objects.filter(slug=slug).first()
        if connector is None:
            known = Connector.objects.values_list("slug", flat=True)
            self.problems.add(path, f"there is no connector {slug!r}{did_you_mean(slug, known)}")
        return connector

    def disposition_field(self, name: str, path: str) -> DispositionField | None:
        """The dropdown of a name; None for an empty one. An unknown one is a fault."""
        found = DispositionField.objects.filter(name=name).first() if name else None
        if name and found is None:
            known = DispositionField.objects.values_list("name", flat=True)
            self.problems.add(path, f"there is no field {name!r}{did_you_mean(name, known)}; list it under fields")
        return found

    def note_other_id(self, row: Lead | Opportunity, given: str | None, path: str) -> None:
        """Remark that a record known by its external id keeps the id under which it is stored here."""
        if not given or read_id(given) == row.pk:
            return
        self.remarks.append(Problem(join(path, "id"), f"the external id is that of {row.pk} here, which keeps its id"))
        if isinstance(row, Lead):
            self._leads_of_other_ids[given] = row

    def lead(self, reference: str, path: str) -> Lead | None:
        """The lead of an external id or an id, or the one that it was merged into. An unknown one is a fault."""
        lead = self._leads_of_other_ids.get(reference) or Lead.objects.filter(external_id=reference).first()
        lead = lead or find_lead(reference)
        if lead is None:
            self.problems.add(path, f"there is no lead with the external id or id {reference!r}")
        return lead

    def check_numbers(self, numbers: list[str], path: str, remedy: str = "write +919611795980") -> None:
        """Numbers that cannot be read are faults; in an export they were stored so, and come back with a remark."""
        for index, number in enumerate(numbers):
            if to_e164(number, self.country):
                continue
            if self.is_export:
                self.remarks.append(Problem(f"{path}[{index}]", f"{number!r} cannot be read as a telephone number"))
            else:
                self.problems.add(f"{path}[{index}]", f"{number!r} is no telephone number; {remedy}")

    def check_email(self, email: str, path: str) -> bool:
        """An address that is none is a fault."""
        try:
            validate_email(email.strip())
        except ValidationError:
            self.problems.add(path, f"{email!r} is no e-mail address")
            return False
        return True


def read_id(text: str) -> uuid.UUID | None:
    """The id that a text is, or None."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
