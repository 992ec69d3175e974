"""Entities of federation and of the hosted pages to rows."""

from riskengine.entities import Branding, Domain, IdentityProvider, ResourceServer, Terms, UiCustomization
from riskengine.storage.records import body
from riskengine.storage.sql import Parameters


def resource_server_row(server: ResourceServer) -> Parameters:
    """Columns of a resource server."""
    return {
        "pool": server.pool,
        "identifier": server.identifier,
        "version": server.version,
        "body": body(server),
    }


def identity_provider_row(provider: IdentityProvider) -> Parameters:
    """Columns of an identity provider, without its identifiers."""
    return {
        "pool": provider.pool,
        "name": provider.name,
        "version": provider.version,
        "body": body(provider),
    }


def domain_row(domain: Domain) -> Parameters:
    """Columns of a domain."""
    return {"pool": domain.pool, "domain": domain.name, "version": domain.version, "body": body(domain)}


def ui_customization_row(customization: UiCustomization) -> Parameters:
    """Columns of what the classic pages wear."""
    return {
        "pool": customization.pool,
        "client": customization.client,
        "version": customization.version,
        "body": body(customization),
    }


def branding_row(branding: Branding) -> Parameters:
    """Columns of a managed login style."""
    return {
        "pool": branding.pool,
        "id": branding.id,
        "client": branding.client,
        "version": branding.version,
        "body": body(branding),
    }


def terms_row(terms: Terms) -> Parameters:
    """Columns of a terms document."""
    return {
        "pool": terms.pool,
        "id": terms.id,
        "client": terms.client,
        "name": terms.name,
        "version": terms.version,
        "body": body(terms),
    }
