"""Hook keys and one-time keys never reach a log line."""

import json
import logging

import pytest

from telephony_connector.common.logs import logging_config, redact_paths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("POST /hooks/s3cr-et_9/call-log 500", "POST /hooks/***/call-log 500"),
        ("https://host/HOOKS/s3cret?x=1", "https://host/HOOKS/***?x=1"),
        ("'/hooks/s3cret'", "'/hooks/***'"),
        ("/1/api/Telephony/LogCallComplete/ORG7/s3cret", "/1/api/Telephony/LogCallComplete/***"),
        ("/1/api/telephony/leadroutev2/s3cret?caller_id=1", "/1/api/telephony/leadroutev2/***?caller_id=1"),
        ("/lead-details?key=s3cret&leadphone=1", "/lead-details?key=***&leadphone=1"),
        ("nothing to hide in webhooks/models.py", "nothing to hide in webhooks/models.py"),
    ],
)
def test_credentials_in_addresses_are_replaced(text: str, expected: str) -> None:
    assert redact_paths(text) == expected


@pytest.mark.parametrize("output", ["console", "json"])
def test_line_and_traceback_are_redacted(output: str) -> None:
    config = logging_config(level="INFO", output=output)["formatters"]["line"]
    formatter = config.pop("()")(**config)
    try:
        raise ValueError("at /hooks/s3cret/call-log")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "in %s", ("/hooks/s3cret/events",), None)
        record.exc_info = (type(error), error, error.__traceback__)

    line = formatter.format(record)

    assert "s3cret" not in line
    assert "in /hooks/***/events" in line
    assert "ValueError: at /hooks/***/call-log" in line
    if output == "json":
        assert json.loads(line)["level"] == "error"
