"""Devices that a user's app registers: confirmed, remembered, forgotten. At most a hundred for each user."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence

from msgspec.structs import replace

from riskengine import api
from riskengine.credentials import srp
from riskengine.entities import Credential, Device, Pool, Session, User
from riskengine.flows.services import Services
from riskengine.storage.interface import Reader, Transaction

MOST = 100
_PURPOSE = "device"
_SALT_SIZE = (1, 65)  # bytes; clients send 16, with a zero byte in front where the top bit is set
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def group_key(services: Services, pool: Pool, user: User) -> str:
    """The group that all devices of a user are in: "-" and nine characters, always the same."""
    seed = services.sealer.digest("device-group", f"{pool.id}/{user.sub}".encode())
    return "-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in seed[:9])


async def find(reader: Reader, pool: Pool, user: User, key: str) -> Device:
    """The user's device, else ResourceNotFoundException in the words that clients look for."""
    device = await reader.devices.find(pool.id, user.sub, key)
    if device is None:
        raise api.errors.ResourceNotFoundException("Device does not exist.")
    return device


async def confirm(  # noqa: PLR0913 - one fact each
    services: Services,
    pool: Pool,
    user: User,
    session: Session,
    request: api.ConfirmDeviceRequest,
    *,
    address: str | None,
    now: int,
) -> bool:
    """Register the device that this session's tokens were offered for; whether the user is asked first.

    Raises:
        InvalidParameterException: another key, a verifier or salt that is none, or too many devices.
    """
    configuration = pool.description.device_configuration
    if configuration is None:
        raise api.errors.InvalidUserPoolConfigurationException("User pool does not have device tracking on.")
    if session.device_key != request.device_key or session.is_device_confirmed:
        raise api.errors.InvalidParameterException("Invalid device key given.")
    is_asked = bool(configuration.device_only_remembered_on_user_prompt)
    attributes = {"device_status": "valid", "device_name": request.device_name or "device"}
    device = Device(
        pool=pool.id,
        sub=user.sub,
        key=request.device_key,
        group=group_key(services, pool, user),
        created=now,
        modified=now,
        authenticated=now,
        credential=_credential(services, user, request, now),
        remembered="not_remembered" if is_asked else "remembered",
        attributes=attributes | ({"last_ip_used": address} if address else {}),
    )
    async with services.storage.transaction() as tx:
        await _make_room(tx, pool, user)
        tx.devices.add(device)
        tx.sessions.save(replace(session, is_device_confirmed=True))
    return is_asked


async def set_status(  # noqa: PLR0913 - one fact each
    services: Services, pool: Pool, user: User, key: str, status: str | None, *, now: int
) -> None:
    """Remember a device, or no longer; nothing given changes nothing."""
    async with services.storage.transaction() as tx:
        device = await find(tx, pool, user, key)
        if status is not None:
            remembered = "remembered" if status == "remembered" else "not_remembered"
            tx.devices.save(replace(device, remembered=remembered, modified=now))


async def forget(services: Services, pool: Pool, user: User, key: str) -> None:
    """Delete a device; what it was signed in with can't be refreshed any more."""
    async with services.storage.transaction() as tx:
        tx.devices.delete(await find(tx, pool, user, key))


def verifier_of(services: Services, device: Device) -> bytes:
    """The device's SRP verifier."""
    return services.sealer.open(_PURPOSE, device.credential.verifier, _context(device.pool, device.sub))


async def require_device(reader: Reader, session: Session, given: str | None) -> None:
    """See that a session that belongs to a device is refreshed by that device, while it is known.

    Raises:
        NotAuthorizedException: it is not.
    """
    if not session.is_device_confirmed:
        return
    device = await reader.devices.find(session.pool, session.sub, session.device_key)
    if device is None or given != session.device_key:
        raise api.errors.NotAuthorizedException("Invalid Refresh Token")


async def _make_room(tx: Transaction, pool: Pool, user: User) -> None:
    """Beyond the most a user may have, the device unused for longest goes, if it was not remembered."""
    found: Sequence[Device] = await tx.devices.list_(pool.id, user.sub, after="", limit=MOST)
    if len(found) < MOST:
        return
    disposable = [device for device in found if device.remembered == "not_remembered"]
    if not disposable:
        raise api.errors.InvalidParameterException(f"A user has at most {MOST} remembered devices.")
    tx.devices.delete(min(disposable, key=lambda device: device.authenticated))


def _credential(services: Services, user: User, request: api.ConfirmDeviceRequest, now: int) -> Credential:
    config = request.device_secret_verifier_config or api.DeviceSecretVerifierConfigType()
    salt = _bytes(config.salt, "salt")
    if not _SALT_SIZE[0] <= len(salt) <= _SALT_SIZE[1] or not any(salt):
        raise api.errors.InvalidParameterException("Invalid salt in deviceSecretVerifierConfig")
    try:
        verifier = srp.read_verifier(_bytes(config.password_verifier, "passwordVerifier"))
    except srp.SrpError:
        raise api.errors.InvalidParameterException(
            "Invalid passwordVerifier in deviceSecretVerifierConfig"
        ) from None
    sealed = services.sealer.seal(_PURPOSE, verifier, _context(user.pool, user.sub))
    return Credential(salt=srp.salt_hex(salt), verifier=sealed, set_at=now)


def _bytes(text: str | None, name: str) -> bytes:
    try:
        return b64decode(text or "", validate=True)
    except (Base64Error, ValueError):
        raise api.errors.InvalidParameterException(f"Invalid {name} in deviceSecretVerifierConfig") from None


def _context(pool: str, sub: str) -> bytes:
    return f"{pool}/{sub}".encode()
