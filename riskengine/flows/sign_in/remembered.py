"""Whether a device that the user has remembered stands in for a second factor."""

from riskengine.flows.sign_in.state import SignIn, Visit


def replaces_mfa(sign_in: SignIn, visit: Visit) -> bool:
    """The pool asks new devices only; the `device` step still has this one prove itself.

    That proof is a second factor of its own, so it answers a risk that wants one, too.
    """
    configuration = visit.pool.description.device_configuration
    device = sign_in.device
    return (
        device is not None
        and device.remembered == "remembered"
        and configuration is not None
        and bool(configuration.challenge_required_on_new_device)
    )
