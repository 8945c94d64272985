"""What an agent is to do after a disposition: rules as stored, and as lines that an administrator types. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_TITLE = 200
LONGEST_WAIT_DAYS = 365
_LINE = re.compile(r"(?P<option>[^=]*?)\s*=\s*(?P<days>\d{1,4})\s*(?:days?)?\s*:\s*(?P<title>.*)", re.IGNORECASE)

StoredRules = dict[str, dict[str, object]]
"""``{"Call back": {"title": "Call again", "days": 2}}``, as the connector's column holds it."""


class TaskRulesError(Exception):
    """The lines are not understood; the message tells how to write them."""


@dataclass(frozen=True, slots=True)
class TaskRule:
    """A task by its title, due so many days after the disposition."""

    title: str
    days: int


def task_rule(stored: Mapping[str, object], disposition: str) -> TaskRule | None:
    """The rule of a disposition; None when it makes no task, or when its rule cannot be read."""
    rule = stored.get(disposition)
    if not isinstance(rule, Mapping) or list(rule_faults({disposition: rule})):
        return None
    return TaskRule(title=str(rule["title"]).strip(), days=int(rule.get("days") or 0))


def rule_faults(stored: object) -> Iterator[tuple[str, str]]:
    """Every mistake: the disposition whose rule is wrong, and a sentence."""
    if not isinstance(stored, Mapping):
        yield "", "must be a table of tasks by disposition"
        return
    for option, rule in stored.items():
        title = rule.get("title") if isinstance(rule, Mapping) else None
        days = rule.get("days", 0) if isinstance(rule, Mapping) else None
        if not isinstance(title, str) or not title.strip():
            yield str(option), "needs a title: what the agent is to do"
        elif len(title.strip()) > LONGEST_TITLE:
            yield str(option), f"has a title of more than {LONGEST_TITLE} characters"
        if type(days) is not int or not 0 <= days <= LONGEST_WAIT_DAYS:
            yield str(option), f"needs days between 0 and {LONGEST_WAIT_DAYS}"


def rules_as_text(stored: object) -> str:
    """One line a disposition: ``Call back = 2 days: Call again``."""
    if not isinstance(stored, Mapping):
        return ""
    return "\n".join(
        f"{option} = {rule.get('days', 0)} days: {rule.get('title', '')}" for option, rule in stored.items()
    )


def rules_from_text(text: str) -> StoredRules:
    """The inverse of ``rules_as_text``; raises TaskRulesError with the line that is not understood."""
    rules: StoredRules = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        match = _LINE.fullmatch(line)
        if match is None or not match["option"] or not match["title"].strip():
            raise TaskRulesError(f"“{line}” is not understood. Write one a line: Call back = 2 days: Call again")
        rules[match["option"]] = {"title": match["title"].strip(), "days": int(match["days"])}
    return rules
