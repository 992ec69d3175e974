"""Which of a pool's logs are exported, and where to."""

from msgspec.structs import replace

from riskengine import api
from riskengine.entities import Pool
from riskengine.flows import lookup
from riskengine.flows.exported_logs import arn_of, arns_of
from riskengine.operations.again import serialised
from riskengine.operations.call import Call
from riskengine.operations.registry import Operations

operation = Operations()

_LEVELS = {"userNotification": "ERROR", "userAuthEvents": "INFO"}


@operation
async def get_log_delivery_configuration(
    call: Call, request: api.GetLogDeliveryConfigurationRequest
) -> api.GetLogDeliveryConfigurationResponse:
    """A pool's exports."""
    pool = await lookup.pool(call.storage, request.user_pool_id)
    return api.GetLogDeliveryConfigurationResponse(log_delivery_configuration=_shown(pool))


@operation
@serialised
async def set_log_delivery_configuration(
    call: Call, request: api.SetLogDeliveryConfigurationRequest
) -> api.SetLogDeliveryConfigurationResponse:
    """Replace a pool's exports; a destination must be one that the settings give a place to."""
    async with call.storage.transaction() as tx:
        pool = await lookup.pool(tx, request.user_pool_id)
        _require_consistent(call, pool, request.log_configurations)
        pool = replace(pool, log_configurations=tuple(request.log_configurations), modified=call.now)
        tx.pools.save(pool)
    return api.SetLogDeliveryConfigurationResponse(log_delivery_configuration=_shown(pool))


def _require_consistent(call: Call, pool: Pool, given: list[api.LogConfigurationType]) -> None:
    sources = [each.event_source for each in given]
    if len(set(sources)) < len(sources):
        raise api.errors.InvalidParameterException("LogConfigurations may name each EventSource once.")
    for each in given:
        source = each.event_source
        if each.log_level != _LEVELS[source]:
            raise api.errors.InvalidParameterException(f"LogLevel of {source} must be {_LEVELS[source]}.")
        if len(arns_of(each)) != 1:
            raise api.errors.InvalidParameterException(f"{source} needs exactly one destination.")
        if source == "userNotification" and each.cloud_watch_logs_configuration is None:
            raise api.errors.InvalidParameterException(
                "userNotification needs a CloudWatchLogsConfiguration."
            )
        if source == "userAuthEvents" and pool.description.user_pool_tier in {"LITE", "ESSENTIALS"}:
            raise api.errors.FeatureUnavailableInTierException(
                f"Export of userAuthEvents is not part of tier {pool.description.user_pool_tier}."
            )
        arn = arn_of(each)
        if arn not in call.services.log_sinks:
            raise api.errors.InvalidParameterException(
                f"No place is known for {arn}: name it in the setting log_destinations."
            )


def _shown(pool: Pool) -> api.LogDeliveryConfigurationType:
    return api.LogDeliveryConfigurationType(
        user_pool_id=pool.id, log_configurations=list(pool.log_configurations)
    )
