"""The visible list: operations that answer one honest typed error, because nothing does them yet."""

NOT_BUILT: frozenset[str] = frozenset(
    {
        # Feedback by the user's own link.
        "UpdateAuthEventFeedback",
        # What has no meaning on one's own machine.
        "CreateUserPoolReplica",
        "DeleteUserPoolReplica",
        "ListUserPoolReplicas",
        "UpdateUserPoolReplica",
        "GetProvisionedLimit",
        "UpdateProvisionedLimit",
    }
)
