"""The visible list: operations that answer one honest typed error, because nothing does them yet."""

NOT_BUILT: frozenset[str] = frozenset(
    {
        # Feedback by the user's own link.
        "UpdateAuthEventFeedback",
        # Client secrets and tokens for machines.
        "AddUserPoolClientSecret",
        "ListUserPoolClientSecrets",
        "DeleteUserPoolClientSecret",
        "GetClientToken",
        "GetDerivedToken",
        # Sessions.
        "ListUserSessions",
        "RevokeUserSession",
        "AdminListUserSessions",
        "AdminRevokeUserSession",
        "GetUserPoolSessionConfiguration",
        "SetUserPoolSessionConfiguration",
        "GetUserPoolClientSessionConfiguration",
        "SetUserPoolClientSessionConfiguration",
        # Federation.
        "AdminLinkProviderForUser",
        "AdminDisableProviderForUser",
        "GetSigningCertificate",
        # Import of users, delivery of logs.
        "GetCSVHeader",
        "CreateUserImportJob",
        "DescribeUserImportJob",
        "ListUserImportJobs",
        "StartUserImportJob",
        "StopUserImportJob",
        "GetLogDeliveryConfiguration",
        "SetLogDeliveryConfiguration",
        # What has no meaning on one's own machine.
        "CreateUserPoolReplica",
        "DeleteUserPoolReplica",
        "ListUserPoolReplicas",
        "UpdateUserPoolReplica",
        "GetProvisionedLimit",
        "UpdateProvisionedLimit",
    }
)
