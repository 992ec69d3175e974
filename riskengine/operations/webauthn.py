"""Passkeys of the caller."""

from riskengine import api
from riskengine.base.clock import to_seconds
from riskengine.flows import lookup, passkeys
from riskengine.operations import paging
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations

operation = Operations()

_MOST_LISTED = 20


@operation
async def start_web_authn_registration(
    call: Call,
    request: api.StartWebAuthnRegistrationRequest,  # noqa: ARG001 - its token was read by the gateway
) -> api.StartWebAuthnRegistrationResponse:
    """Options for the browser to make a passkey with."""
    user = call.signed_in.user
    pool = await lookup.pool(call.storage, user.pool)
    options = await passkeys.start_registration(call.services, pool, user, call.now)
    return api.StartWebAuthnRegistrationResponse(credential_creation_options=options)


@operation
async def complete_web_authn_registration(
    call: Call, request: api.CompleteWebAuthnRegistrationRequest
) -> api.CompleteWebAuthnRegistrationResponse:
    """Keep the passkey that the browser made."""
    user = call.signed_in.user
    pool = await lookup.pool(call.storage, user.pool)
    await passkeys.complete_registration(call.services, pool, user, request.credential, call.now)
    return api.CompleteWebAuthnRegistrationResponse()


@operation
async def list_web_authn_credentials(
    call: Call, request: api.ListWebAuthnCredentialsRequest
) -> api.ListWebAuthnCredentialsResponse:
    """The caller's passkeys, without their keys."""
    user = call.signed_in.user
    cut = paging.cut(call, request.next_token, request.max_results or _MOST_LISTED, user.pool, user.sub)
    found = await call.storage.passkeys.list_(user.pool, user.sub, after=cut.after, limit=cut.fetch)
    page = cut.page(found, lambda passkey: passkey.id)
    return api.ListWebAuthnCredentialsResponse(
        credentials=[
            api.WebAuthnCredentialDescription(
                credential_id=passkey.id,
                friendly_credential_name=passkey.name,
                relying_party_id=passkey.relying_party,
                authenticator_attachment=passkey.attachment,
                authenticator_transports=list(passkey.transports),
                created_at=to_seconds(passkey.created),
            )
            for passkey in page.items
        ],
        next_token=page.next_token,
    )


@operation
@serialised
async def delete_web_authn_credential(
    call: Call, request: api.DeleteWebAuthnCredentialRequest
) -> api.DeleteWebAuthnCredentialResponse:
    """Delete one of the caller's passkeys."""
    user = call.signed_in.user
    async with call.storage.transaction() as tx:
        passkey = await tx.passkeys.find(user.pool, user.sub, request.credential_id)
        if passkey is None:
            raise api.errors.ResourceNotFoundException("The passkey does not exist.")
        tx.passkeys.delete(passkey)
    return api.DeleteWebAuthnCredentialResponse()
