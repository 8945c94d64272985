"""The pages of the mapping editor: for staff who may change connectors."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from connector_config.hook_urls import hook_url
from connector_config.mapping.compiled import InvalidMappingError, MappingError
from connector_config.mapping.difference import difference
from connector_config.mapping.document import merge_mapping
from connector_config.mapping.events import NormalisationError
from connector_config.models import Connector, MappingVersion
from connector_config.presets import UnknownPresetError, load_preset
from connector_config.services.mapping import MappingChangedError, mapping_stamp, restore_mapping, save_mapping
from webhooks.editor import catalogue, samples
from webhooks.editor.payload import Payload, PayloadError, read_payload
from webhooks.editor.preview import PreviewError, configuration_of, field_values, preview
from webhooks.editor.start import start_from
from webhooks.models import JournalEntry
from webhooks.replay import replay_entry

P = ParamSpec("P")
_CHANGED_BY_OTHERS = (
    "Somebody else has saved this mapping meanwhile. Load the page again; what you changed here is lost."
)


def for_editors(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Logged-in staff who may change connectors; others get the admin's login page, or 403."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.has_perm("connector_config.change_connector"):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(checked)


def _answering(view: Callable[[HttpRequest, Connector, Payload], dict[str, Any]]) -> Callable[..., HttpResponse]:
    """A view that takes the page's JSON and answers JSON; what is wrong with the request is said in ``error``."""

    @wraps(view)
    def answer(request: HttpRequest, connector_id: int) -> HttpResponse:
        connector = get_object_or_404(Connector, pk=connector_id)
        try:
            return JsonResponse(view(request, connector, read_payload(request)))
        except PayloadError as error:
            return JsonResponse({"error": str(error)}, status=400)
        except MappingChangedError:
            return JsonResponse({"error": _CHANGED_BY_OTHERS}, status=409)
        except (samples.SampleError, UnknownPresetError, NormalisationError) as error:
            return JsonResponse({"error": str(error)})
        except (PreviewError, InvalidMappingError) as error:
            return JsonResponse({"errors": _as_json(error.errors)})

    return for_editors(require_POST(answer))


@for_editors
@require_GET
def editor(request: HttpRequest, connector_id: int) -> HttpResponse:
    """The editor's page."""
    connector = get_object_or_404(Connector, pk=connector_id)
    preset = load_preset(connector.preset)
    is_showing_refused = request.GET.get("refused") == "1"
    recent = samples.recent_samples(connector)
    refused = samples.refused_samples(connector)
    context = {
        **admin.site.each_context(request),
        "title": f"Mapping of {connector.name}",
        "connector": connector,
        "preset": preset,
        "recent": recent,
        "refused": refused,
        "is_showing_refused": is_showing_refused,
        "chosen": request.GET.get("request", recent[0].value if recent else ""),
        "hook_url": hook_url(connector, "events"),
        "versions": connector.mapping_versions.select_related("replaced_by"),
        "stamp": mapping_stamp(connector.mapping),
        "state": _page_state(connector, preset.mapping),
        "main_fields": [info for info in catalogue.FIELDS if info.is_main],
    }
    return render(request, "webhooks/mapping_editor.html", context)


def _page_state(connector: Connector, preset_mapping: Mapping[str, object]) -> dict[str, Any]:
    """What the page's script works with: the document and the closed lists."""
    return {
        "document": merge_mapping(preset_mapping, connector.mapping),
        "preset": dict(preset_mapping),
        "stamp": mapping_stamp(connector.mapping),
        "fields": [{**dataclasses.asdict(info), "kind": info.kind, "words": info.words} for info in catalogue.FIELDS],
        "transforms": [dataclasses.asdict(info) for info in catalogue.TRANSFORMS],
        "derivations": catalogue.DERIVATIONS,
        "kinds": catalogue.RULE_KINDS,
        "urls": {name: reverse(f"mapping-editor-{name}", args=[connector.pk]) for name in ("preview", "start", "save")},
        "connector_zone": connector.time_zone,
    }


@_answering
def preview_mapping(request: HttpRequest, connector: Connector, payload: Payload) -> dict[str, Any]:
    """What the posted mapping makes of the chosen request; nothing is written."""
    config = configuration_of(connector, payload.document)
    answer: dict[str, Any] = {"errors": [], "stored": _stored(connector, payload)}
    if payload.sample is None:
        return answer
    found = preview(config, samples.read_sample(connector, payload.sample), payload.record)
    return answer | {
        "tree": render_to_string("webhooks/mapping_tree.html", {"nodes": found.nodes}),
        "result": render_to_string("webhooks/mapping_result.html", {"found": found, "connector": connector}),
        "fields": field_values(found),
        "rule": found.rule,
        "count": found.count,
        "index": found.index,
    }


@_answering
def start(request: HttpRequest, connector: Connector, payload: Payload) -> dict[str, Any]:
    """A guessed mapping for the chosen request, laid over the posted one."""
    guessed = start_from(payload.document, samples.read_sample(connector, payload.sample))
    findings = [{**dataclasses.asdict(one)} for one in guessed.guess.findings]
    return {"document": guessed.document, "findings": findings, "questions": guessed.guess.questions}


@_answering
def save(request: HttpRequest, connector: Connector, payload: Payload) -> dict[str, Any]:
    """Store the posted mapping; on request read the chosen journal entry again with it."""
    entry = samples.journal_entry_of(connector, payload.sample) if payload.is_replay_wanted else None
    if payload.is_replay_wanted and entry is None:
        return {"error": "Only a request of the journal can be replayed. Choose one, or save without replaying."}
    connector = save_mapping(connector=connector, edited=payload.document, user=_user(request), stamp=payload.stamp)
    answer = {"stamp": mapping_stamp(connector.mapping), "stored": connector.mapping, "message": "Saved."}
    if entry is not None:
        answer["message"] = _replayed(entry)
    return answer


@for_editors
@require_POST
def restore(request: HttpRequest, connector_id: int) -> HttpResponse:
    """Bring an earlier mapping back, and go to the editor."""
    number = request.POST.get("version", "")
    number = number if number.isascii() and number.isdecimal() and len(number) < 18 else "0"
    version = get_object_or_404(MappingVersion, pk=int(number), connector_id=connector_id)
    try:
        restore_mapping(version=version, user=_user(request), stamp=request.POST.get("stamp", ""))
        messages.success(request, f"The {version} is back.")
    except MappingChangedError:
        messages.error(request, "Somebody else has saved this mapping meanwhile. Nothing was restored.")
    except InvalidMappingError as error:
        messages.error(request, f"This version does not fit the connector's preset any more: {error}")
    return HttpResponseRedirect(reverse("mapping-editor", args=[connector_id]))


def _user(request: HttpRequest) -> User:
    """Who is logged in; `for_editors` lets nobody else through."""
    return cast(User, request.user)


def _replayed(entry: JournalEntry) -> str:
    verdict = replay_entry(entry)
    if verdict == JournalEntry.Verdict.REJECTED:
        entry.refresh_from_db()
        faults = "; ".join(f"{one['field']} {one['message']}" for one in entry.errors)
        return f"Saved. The request was read again and is still rejected: {faults}."
    return f"Saved. The request was read again: {verdict.label.lower()}."


def _stored(connector: Connector, payload: Payload) -> str:
    changes = difference(load_preset(connector.preset).mapping, payload.document)
    return json.dumps(changes, indent=2, ensure_ascii=False)


def _as_json(errors: list[MappingError]) -> list[dict[str, str]]:
    return [{"path": error.path, "message": _in_plain_words(error.message)} for error in errors]


def _in_plain_words(message: str) -> str:
    """The parser's own words about an expression help a programmer; a click on the request helps everybody."""
    if message.startswith("is not a JMESPath expression"):
        return "cannot be read as a path: click the field in the request, or mend names, quotes and brackets"
    return message
