"""Health, metrics, and what verifiers of tokens read at the issuer."""

import jwt as pyjwt
import pytest
from msgspec.structs import replace
from service import Service, settings_for
from wire_client import get

from riskengine import api
from riskengine.base.ids import new_pool_id
from riskengine.entities import Pool
from riskengine.server import health
from riskengine.storage.errors import Unavailable


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    with Service(settings_for(tmp_path_factory.mktemp("documents")), {}) as running:
        yield running


@pytest.fixture
def pool(web):
    id_ = new_pool_id("us-east-1")

    async def add(services):
        now = services.clock.now()
        async with services.storage.transaction() as tx:
            tx.pools.add(Pool(id=id_, created=now, modified=now, description=api.UserPoolType(id=id_)))

    web.do(add)
    return id_


def test_a_running_service_is_live_and_ready(web, pool):
    assert (get(web, "/health/live").status, get(web, "/health/ready").json) == (200, {"status": "ready"})


class Broken:
    """A part of the house that is away."""

    async def ping(self):
        raise Unavailable

    async def list_(self, *, after, limit):
        raise Unavailable

    @property
    def pools(self):
        return self


class House:
    """Services as far as the checks look at them."""

    storage = Broken()

    class sealer:  # noqa: N801 - it stands where an object does
        @staticmethod
        def seal(purpose, data):
            return data

        @staticmethod
        def open(purpose, sealed):
            return b"something else"

    class tail:  # noqa: N801 - an attribute
        @staticmethod
        def silence(_seconds):
            return 13.0

        @staticmethod
        def lag(_seconds):
            return 13.0


async def test_what_is_not_ready_is_named():
    assert await health.failures(House()) == {
        "storage": "Unavailable",
        "migrations": "Unavailable",
        "signing": "ValueError",
        "writing": "Unavailable",
        "hearing": "Unavailable",
    }


def test_a_pool_s_keys_verify_its_tokens(web, pool):
    async def sign(services):
        keys = await services.tokens.keys_of(pool)
        return [
            pyjwt.encode({"x": 1}, key.private, "RS256", headers={"kid": key.kid})
            for key in (keys.id, keys.access)
        ]

    published = get(web, f"/{pool}/.well-known/jwks.json")

    keys = {key["kid"]: pyjwt.PyJWK(key) for key in published.json["keys"]}
    tokens = web.do(sign)
    kids = [pyjwt.get_unverified_header(token)["kid"] for token in tokens]
    assert [pyjwt.decode(token, keys[kid], ["RS256"]) for token, kid in zip(tokens, kids, strict=True)] == [
        {"x": 1},
        {"x": 1},
    ]
    assert published.headers["content-type"].startswith("application/json")
    assert published.headers["access-control-allow-origin"] == "*"


def test_only_public_parts_are_published(web, pool):
    published = get(web, f"/{pool}/.well-known/jwks.json").json["keys"]

    assert [set(key) for key in published] == [{"alg", "e", "kid", "kty", "n", "use"}] * 2


def test_discovery_names_the_issuer_and_its_keys(web, pool):
    issuer = f"{web.endpoint}/{pool}"

    found = get(web, f"/{pool}/.well-known/openid-configuration").json

    assert (found["issuer"], found["jwks_uri"]) == (issuer, f"{issuer}/.well-known/jwks.json")
    assert found["id_token_signing_alg_values_supported"] == ["RS256"]


@pytest.mark.parametrize("document", ["jwks.json", "openid-configuration"])
def test_an_unknown_pool_has_no_documents(web, document):
    answer = get(web, f"/us-east-1_nobody/.well-known/{document}")

    assert answer.status == 404
    assert answer.headers["cache-control"] == "no-store"


def test_the_issuer_is_a_setting(new_service):
    running = new_service({}, issuer="https://auth.example.com/")

    async def issuer(services):
        return services.tokens.issuer_of("us-east-1_x")

    assert running.do(issuer) == "https://auth.example.com/us-east-1_x"


def test_metrics_are_prometheus_text(web):
    answer = get(web, "/metrics")

    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert b"riskengine_requests_in_flight 0.0" in answer.body


def test_a_deleted_pool_s_documents_are_gone(web, pool):
    path = f"/{pool}/.well-known/jwks.json"
    assert get(web, path).status == 200

    async def delete(services):
        async with services.storage.transaction() as tx:
            tx.pools.delete(replace(await tx.pools.get(pool)))

    web.do(delete)

    assert get(web, path).status == 404
