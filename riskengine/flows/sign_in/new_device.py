"""What a sign-in gives a device that may be registered after it."""

from riskengine import api
from riskengine.base.ids import new_uuid
from riskengine.flows.devices import group_key
from riskengine.flows.sign_in.state import SignIn, Visit


def offered(sign_in: SignIn, visit: Visit) -> api.NewDeviceMetadataType | None:
    """Key and group key for ConfirmDevice, where the pool tracks devices and this one is not known."""
    if visit.is_admin or sign_in.device is not None or visit.pool.description.device_configuration is None:
        return None
    region = visit.pool.id.partition("_")[0]
    return api.NewDeviceMetadataType(
        device_key=f"{region}_{new_uuid()}",
        device_group_key=group_key(visit.services, visit.pool, sign_in.known_user),
    )
