"""The certificate that a pool's SAML requests are signed with: made once, kept with its sealed key."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from riskengine.base.clock import to_seconds
from riskengine.entities import SigningKey
from riskengine.flows.services import Services
from riskengine.storage.errors import AlreadyExists
from riskengine.tokens import keys

_KID = "saml"  # one a pool: who comes second finds it taken
_YEARS = 10
_PURPOSE = "saml-key"


async def certificate_of(services: Services, pool: str, now: int) -> bytes:
    """The pool's X.509 certificate in DER; made at its first use, good for ten years."""
    return await _stored(services, pool) or await _made(services, pool, now)


async def _stored(services: Services, pool: str) -> bytes | None:
    found = (key.certificate for key in await services.storage.keys.signing(pool) if key.use == "saml")
    return next(found, None)


async def _made(services: Services, pool: str, now: int) -> bytes:
    made = await services.offload.run(keys.new_signing_key)
    certificate = await services.offload.run(_certificate, made, pool, now)
    key = SigningKey(
        pool=pool,
        kid=_KID,
        use="saml",
        private=services.sealer.seal(_PURPOSE, keys.to_pem(made), pool.encode()),
        public_jwk=keys.jwk(_KID, made.public),
        created=now,
        certificate=certificate,
    )
    try:
        async with services.storage.transaction() as tx:
            await tx.pools.get(pool)
            tx.keys.add_signing(key)
    except AlreadyExists:
        return await _stored(services, pool) or certificate
    return certificate


def _certificate(key: keys.SigningKey, pool: str, now: int) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, pool)])
    start = datetime.fromtimestamp(int(to_seconds(now)), UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * _YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key.private, SHA256())
    )
    return made.public_bytes(Encoding.DER)
