"""From an owed request and its connector's template to the bytes to send, and the rules that judge the answer."""

from __future__ import annotations

import dataclasses
import re

from calls.models import OutboundRequest
from connector_config.models import RequestTemplate
from connector_config.outgoing.authentication import shown_headers
from connector_config.outgoing.preview import Piece, RequestPreview, preview_request
from connector_config.placeholders import MergeContext, TemplateError
from connector_config.rendering import RenderedRequest, RequestSpec, render_request
from connector_config.success_rules import SuccessRules

IDEMPOTENCY_HEADER = "Idempotency-Key"
_SCOPED_FIELD = re.compile(r"@\{\s*([^,{}:]+:[^,{}]+?)\s*(?=[,}])")


def template_of(request: OutboundRequest) -> RequestTemplate:
    """The connector's enabled template as it is now, so that a mended template serves what is still owed.

    Raises TemplateError when there is none, DecryptionError when a key to its secrets is missing.
    """
    template = RequestTemplate.objects.filter(connector=request.connector_id, purpose=request.purpose).first()
    if template is None or not template.is_enabled:
        raise TemplateError("it is not set up or switched off")
    return template


def render_for(request: OutboundRequest, template: RequestTemplate) -> RenderedRequest:
    """The request with its values put in, and the stable id as Idempotency-Key unless the template sets that header.

    Raises TemplateError (with RenderError) when a place cannot carry its value.
    """
    spec = spec_of(template)
    context = _with_provider_words(MergeContext.from_json(request.context), template)
    rendered = render_request(spec, context, _custom_fields(spec))
    if any(name.lower() == IDEMPOTENCY_HEADER.lower() for name, _ in rendered.headers):
        return rendered
    return dataclasses.replace(rendered, headers=(*rendered.headers, (IDEMPOTENCY_HEADER, str(request.pk))))


def preview_for(request: OutboundRequest, template: RequestTemplate) -> RequestPreview:
    """What ``render_for`` gives, authenticated, for the eye: merged values marked, secrets masked. Raises the same."""
    spec = spec_of(template)
    context = _with_provider_words(MergeContext.from_json(request.context), template)
    preview = preview_request(spec, context, _custom_fields(spec))
    headers = preview.headers
    if not any(name.lower() == IDEMPOTENCY_HEADER.lower() for name, _ in headers):
        headers = (*headers, (IDEMPOTENCY_HEADER, (Piece(str(request.pk), is_merged=True),)))
    proof = shown_headers(template.authentication_kind, template.authentication_settings)
    set_by_proof = {name.casefold() for name, _ in proof}
    kept = [header for header in headers if header[0].casefold() not in set_by_proof]
    shown = [(name, (Piece(value, is_merged=False),)) for name, value in proof]
    return dataclasses.replace(preview, headers=(*kept, *shown))


def spec_of(template: RequestTemplate) -> RequestSpec:
    """The template's columns and header rows as the renderer's specification."""
    return RequestSpec(
        method=template.method,
        url=template.url,
        body_type=template.body_type,
        body=template.body,
        headers=tuple((header.name, header.value, header.is_secret) for header in template.headers.all()),
    )


def rules_of(template: RequestTemplate) -> SuccessRules:
    """The template's columns that say what counts as success."""
    return SuccessRules(
        keyword=template.response_keyword,
        failure_keyword=template.failure_keyword,
        path=template.success_path,
        statuses=template.success_statuses,
        is_empty=template.expects_empty_answer,
        call_id_path=template.call_id_path,
    )


def _with_provider_words(context: MergeContext, template: RequestTemplate) -> MergeContext:
    """Our disposition in the provider's word, where the value table has one."""
    ours = context.call.get("Disposition", "")
    if ours not in template.values:
        return context
    return dataclasses.replace(context, call={**context.call, "Disposition": str(template.values[ours])})


def _custom_fields(spec: RequestSpec) -> set[str]:
    """The ``@{Scope:Name}`` that the template uses. Saving has refused unknown names: here they have no value."""
    texts = (spec.url, spec.body, *(value for _, value, _ in spec.headers))
    return {name for text in texts for name in _SCOPED_FIELD.findall(text)}
