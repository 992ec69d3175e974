"""The visible list: operations that have no meaning on one's own machine, and answer a typed error."""

NOT_BUILT: frozenset[str] = frozenset(
    {
        "CreateUserPoolReplica",
        "DeleteUserPoolReplica",
        "ListUserPoolReplicas",
        "UpdateUserPoolReplica",
        "GetProvisionedLimit",
        "UpdateProvisionedLimit",
    }
)
