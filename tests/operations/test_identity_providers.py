"""Identity providers through boto3."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

GOOGLE = {"client_id": "1.apps.example", "client_secret": "s3cret-of-google", "authorize_scopes": "email"}
OIDC = {
    "client_id": "app",
    "client_secret": "s3cret-of-oidc",
    "authorize_scopes": "openid email",
    "oidc_issuer": "https://idp.example.org",
    "attributes_request_method": "GET",
}
APPLE = {
    "client_id": "org.example",
    "team_id": "TEAM",
    "key_id": "KEY",
    "private_key": "s3cret-of-apple",
    "authorize_scopes": "email name",
}
METADATA = """<?xml version="1.0" encoding="utf-16"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.org/saml">
  <md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
      Location="https://idp.example.org/out"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
      Location="https://idp.example.org/post"/>
    <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
      Location="https://idp.example.org/in"/>
  </md:IDPSSODescriptor>
</md:EntityDescriptor>"""
SAML = {"MetadataURL": "https://idp.example.org/metadata"}


@pytest.fixture
def add(cognito, pool):
    """A maker of providers in the pool."""

    def make(name="Okta", kind="OIDC", details=OIDC, **more):
        return cognito.create_identity_provider(
            UserPoolId=pool, ProviderName=name, ProviderType=kind, ProviderDetails=details, **more
        )["IdentityProvider"]

    return make


@pytest.fixture
def describe(cognito, pool):
    def read(name="Okta"):
        answer = cognito.describe_identity_provider(UserPoolId=pool, ProviderName=name)
        return answer["IdentityProvider"]

    return read


def test_an_oidc_provider_is_created_and_described(pool, add, describe):
    created = add(
        AttributeMapping={"email": "mail", "username": "sub"},
        IdpIdentifiers=["example.org", "okta"],
        AcrMapping={"Level1": "pwd"},
    )

    assert created["ProviderDetails"] == {**OIDC, "attributes_url_add_attributes": "false"}
    assert created["AttributeMapping"] == {"email": "mail", "username": "sub"}
    assert created["IdpIdentifiers"] == ["example.org", "okta"]
    assert created["AcrMapping"] == {"Level1": "pwd"}
    assert (created["UserPoolId"], created["ProviderType"]) == (pool, "OIDC")
    assert created["CreationDate"] == created["LastModifiedDate"]
    assert describe() == created


def test_a_social_provider_needs_little(add):
    created = add("Google", "Google", GOOGLE)

    details = created["ProviderDetails"]
    assert details.items() >= GOOGLE.items()
    assert details["authorize_url"].startswith("https://accounts.google.com/")
    assert details["oidc_issuer"] == "https://accounts.google.com"
    assert created["AttributeMapping"] == {"username": "sub"}


@pytest.mark.parametrize(
    ("kind", "subject", "url"),
    [("Facebook", "id", "graph.facebook.com/v9.0/"), ("LoginWithAmazon", "user_id", "api.amazon.com")],
)
def test_each_social_provider_has_its_own_places(add, kind, subject, url):
    created = add(kind, kind, {**GOOGLE, "api_version": "v9.0"})

    assert url in created["ProviderDetails"]["token_url"]
    assert created["AttributeMapping"]["username"] == subject


def test_a_private_key_is_taken_and_never_answered(cognito, pool, add, describe, refused):
    created = add("SignInWithApple", "SignInWithApple", APPLE)
    assert "private_key" not in created["ProviderDetails"]
    without = {name: value for name, value in APPLE.items() if name != "private_key"}

    # What Describe does not answer need not be sent again.
    cognito.update_identity_provider(
        UserPoolId=pool, ProviderName="SignInWithApple", ProviderDetails={**without, "team_id": "NEW"}
    )
    assert describe("SignInWithApple")["ProviderDetails"]["team_id"] == "NEW"
    cognito.delete_identity_provider(UserPoolId=pool, ProviderName="SignInWithApple")
    with refused(
        "InvalidParameterException", "private_key and authorize_scopes are all required idp details."
    ):
        add("SignInWithApple", "SignInWithApple", without)


def test_secrets_lie_sealed(service, pool, add):
    add()

    async def stored(services):
        return await services.storage.identity_providers.find(pool, "Okta")

    assert b"s3cret" not in service.do(stored).details


def test_a_saml_file_is_read(add):
    details = {"MetadataFile": METADATA, "IDPSignout": "true", "RequestSigningAlgorithm": "rsa-sha256"}

    created = add("Corp", "SAML", details, AttributeMapping={"email": "http://schemas.example/mail"})

    assert created["ProviderDetails"] == {
        **details,
        "SSORedirectBindingURI": "https://idp.example.org/in",
        "SLORedirectBindingURI": "https://idp.example.org/out",
    }


@pytest.mark.parametrize(
    "file",
    [
        "not xml",
        "<a></b>",
        "<EntityDescriptor entityID='x'/>",
        METADATA.replace("IDPSSODescriptor", "SPSSODescriptor"),
        METADATA.replace('entityID="https://idp.example.org/saml"', ""),
        METADATA.replace("<md:EntityDescriptor", "<!DOCTYPE x [<!ENTITY a 'b'>]><md:EntityDescriptor"),
        METADATA.replace(
            "<md:EntityDescriptor", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><md:EntityDescriptor"
        ),
        METADATA.replace("out", "&a;"),
        "<a>" * 100 + "</a>" * 100,
        "<a>" + "<b/>" * 30_000 + "</a>",
    ],
)
def test_a_bad_saml_file_is_refused(add, refused, file):
    with refused("InvalidParameterException", "Invalid SAML metadata: "):
        add("Corp", "SAML", {"MetadataFile": file})


@pytest.mark.parametrize(
    ("name", "kind", "details", "text"),
    [
        ("Mine", "Google", GOOGLE, "Provider Mine cannot be of type Google."),
        ("Google", "OIDC", OIDC, "Provider Google cannot be of type OIDC."),
        ("COGNITO", "OIDC", OIDC, "Provider COGNITO cannot be of type OIDC."),
        ("Okta", "LDAP", OIDC, "providerType"),
        ("my_okta", "OIDC", OIDC, "providerName"),
        (
            "Google",
            "Google",
            {**GOOGLE, "client_secret": " "},
            "client_id, client_secret and authorize_scopes are all required idp details.",
        ),
        ("Okta", "OIDC", {**OIDC, "oidc_issuer": ""}, "are all required idp details."),
        (
            "Okta",
            "OIDC",
            {**OIDC, "oidc_issuer": "http://idp.example.org"},
            "oidc_issuer must be an https URL",
        ),
        ("Okta", "OIDC", {**OIDC, "jwks_uri": "https://[x"}, "jwks_uri must be an https URL"),
        ("Okta", "OIDC", {**OIDC, "authorize_scopes": "email"}, "must include openid"),
        ("Okta", "OIDC", {**OIDC, "attributes_request_method": "PUT"}, "GET or POST"),
        ("Okta", "OIDC", {**OIDC, **{f"n{at}": "x" for at in range(64)}}, "at most 64"),
        ("Corp", "SAML", {}, "either MetadataURL or MetadataFile"),
        ("Corp", "SAML", {**SAML, "MetadataFile": METADATA}, "either MetadataURL or MetadataFile"),
        ("Corp", "SAML", {"MetadataURL": "file:///etc/passwd"}, "MetadataURL must be an https URL"),
        ("Corp", "SAML", {**SAML, "IDPInit": "yes"}, "IDPInit must be true or false"),
        ("Corp", "SAML", {**SAML, "RequestSigningAlgorithm": "rsa-sha1"}, "rsa-sha256"),
    ],
)
def test_contradicting_settings_are_refused(add, refused, name, kind, details, text):
    with refused("InvalidParameterException", text):
        add(name, kind, details)


def test_no_refusal_repeats_a_secret(add):
    for details in ({**GOOGLE, "authorize_scopes": ""}, {**GOOGLE, "x" * 9: "y" * 140_000}):
        with pytest.raises(ClientError) as caught:
            add("Google", "Google", details)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "mapping", [{"custom:zen": "groups"}, {"sub": "sub"}, {"shoe_size": "x"}, {"email": " "}]
)
def test_only_attributes_of_the_schema_are_mapped(add, refused, mapping):
    with refused(
        "InvalidParameterException", f"AttributeMapping contains invalid mapping: [{next(iter(mapping))}]"
    ):
        add(AttributeMapping=mapping)


def test_custom_attributes_are_mapped_once_they_exist(cognito, pool, add):
    cognito.add_custom_attributes(
        UserPoolId=pool, CustomAttributes=[{"Name": "zen", "AttributeDataType": "String"}]
    )

    assert add(AttributeMapping={"custom:zen": "groups"})["AttributeMapping"] == {"custom:zen": "groups"}


def test_only_oidc_knows_levels(cognito, pool, add, refused):
    with refused("InvalidParameterException", "AcrMapping"):
        add("Corp", "SAML", SAML, AcrMapping={"Level1": "x"})
    with refused("InvalidParameterException", "acrMapping"):
        add(AcrMapping={"Level9": "x"})
    add("Corp", "SAML", SAML)
    with refused("InvalidParameterException", "AcrMapping"):
        cognito.update_identity_provider(UserPoolId=pool, ProviderName="Corp", AcrMapping={"Level1": "x"})


def test_a_name_is_taken_once(pool, add, refused):
    add()
    with refused("DuplicateProviderException", f"Okta already exists in user pool {pool}."):
        add()


def test_an_identifier_leads_to_one_provider(cognito, pool, add, describe, refused):
    add(IdpIdentifiers=["example.org", "example.org"])
    get = cognito.get_identity_provider_by_identifier

    assert get(UserPoolId=pool, IdpIdentifier="example.org")["IdentityProvider"] == describe()
    with refused("InvalidParameterException", "already belongs to another provider"):
        add("Corp", "SAML", SAML, IdpIdentifiers=["example.org"])
    add("Corp", "SAML", SAML)
    with refused("InvalidParameterException", "already belongs to another provider"):
        cognito.update_identity_provider(
            UserPoolId=pool, ProviderName="Corp", IdpIdentifiers=["corp", "example.org"]
        )
    for identifier in ("corp", "Okta"):
        with refused("ResourceNotFoundException", f"Identity provider {identifier} does not exist."):
            get(UserPoolId=pool, IdpIdentifier=identifier)
    with refused("InvalidParameterException", "idpIdentifier"):
        get(UserPoolId=pool, IdpIdentifier="a/b")


def test_update_replaces_the_members_it_names(cognito, pool, add, describe):
    before = add(AttributeMapping={"email": "mail"}, IdpIdentifiers=["a", "b"], AcrMapping={"Level1": "x"})
    named = {"UserPoolId": pool, "ProviderName": "Okta"}

    details = {**OIDC, "client_id": "other"}
    cognito.update_identity_provider(**named, ProviderDetails=details, IdpIdentifiers=["b", "c"])
    after = cognito.update_identity_provider(**named, AttributeMapping={"name": "cn"}, AcrMapping={})[
        "IdentityProvider"
    ]

    assert after["ProviderDetails"]["client_id"] == "other"
    assert after["AttributeMapping"] == {"name": "cn"}
    assert after["IdpIdentifiers"] == ["b", "c"]
    assert "AcrMapping" not in after
    assert after["CreationDate"] == before["CreationDate"]
    assert after["LastModifiedDate"] > before["LastModifiedDate"]
    assert describe() == after


def test_update_is_judged_like_a_creation(cognito, pool, add, refused):
    add()
    named = {"UserPoolId": pool, "ProviderName": "Okta"}

    with refused("InvalidParameterException", "are all required idp details."):
        cognito.update_identity_provider(**named, ProviderDetails={"client_id": "x"})
    with refused("InvalidParameterException", "invalid mapping: [custom:no]"):
        cognito.update_identity_provider(**named, AttributeMapping={"custom:no": "x"})


def test_a_deleted_provider_frees_name_and_identifiers(cognito, pool, add, refused):
    add(IdpIdentifiers=["okta"])
    cognito.delete_identity_provider(UserPoolId=pool, ProviderName="Okta")

    with refused("ResourceNotFoundException", "Identity provider Okta does not exist."):
        cognito.describe_identity_provider(UserPoolId=pool, ProviderName="Okta")
    add(IdpIdentifiers=["okta"])


def test_what_is_not_there_is_not_found(cognito, pool, add, refused):
    calls = (
        cognito.describe_identity_provider,
        cognito.update_identity_provider,
        cognito.delete_identity_provider,
    )
    for call in calls:
        with refused("ResourceNotFoundException", "Identity provider Okta does not exist."):
            call(UserPoolId=pool, ProviderName="Okta")
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody", ProviderName="Okta")
        with refused("InvalidParameterException", "providerName"):
            call(UserPoolId=pool, ProviderName="")
    for call in calls[1:]:
        with refused("UnsupportedIdentityProviderException"):
            call(UserPoolId=pool, ProviderName="COGNITO")


def test_listing_pages_by_name_without_details(cognito, pool, add, refused):
    for name in ("Corp3", "Corp1", "Corp2"):
        add(name, "SAML", SAML)

    first = cognito.list_identity_providers(UserPoolId=pool, MaxResults=2)
    second = cognito.list_identity_providers(UserPoolId=pool, NextToken=first["NextToken"])

    listed = first["Providers"] + second["Providers"]
    assert [provider["ProviderName"] for provider in listed] == ["Corp1", "Corp2", "Corp3"]
    assert {frozenset(provider) for provider in listed} == {
        frozenset({"ProviderName", "ProviderType", "CreationDate", "LastModifiedDate"})
    }
    assert "NextToken" not in second
    with refused("InvalidParameterException", "maxResults"):
        cognito.list_identity_providers(UserPoolId=pool, MaxResults=61)
    with refused("ResourceNotFoundException", "User pool"):
        cognito.list_identity_providers(UserPoolId="us-east-1_nobody")


def test_three_hundred_fit_into_a_pool(service, cognito, pool, add, refused):
    add("Corp0", "SAML", SAML)

    async def fill(services):
        async with services.storage.transaction() as tx:
            one = await tx.identity_providers.find(pool, "Corp0")
            for at in range(1, 299):
                tx.identity_providers.add(type(one)(**{**_members(one), "name": f"Corp{at}"}))

    def _members(thing):
        return {name: getattr(thing, name) for name in thing.__struct_fields__}

    service.do(fill)
    add("Corp299", "SAML", SAML)
    with refused("LimitExceededException", "300"):
        add("Corp300", "SAML", SAML)


def test_changes_at_the_same_time_are_never_lost(cognito, pool, add, describe):
    """Each update touches one member; those that were refused say so, the others are all there."""
    add()
    changes = [
        {"AttributeMapping": {"email": "mail"}},
        {"IdpIdentifiers": ["okta"]},
        {"AcrMapping": {"Level2": "mfa"}},
        {"ProviderDetails": {**OIDC, "client_id": "other"}},
    ]

    def update(change):
        try:
            cognito.update_identity_provider(UserPoolId=pool, ProviderName="Okta", **change)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "done"

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(update, changes))

    after = describe()
    assert set(outcomes) <= {"done", "ConcurrentModificationException"}
    done = [change for change, outcome in zip(changes, outcomes, strict=True) if outcome == "done"]
    assert done
    for member, value in [pair for change in done for pair in change.items()]:
        assert after[member].items() >= value.items() if isinstance(value, dict) else after[member] == value


def test_of_creations_at_the_same_time_one_holds(add):
    def create(_):
        try:
            return add(IdpIdentifiers=["okta"])["ProviderName"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(6) as threads:
        outcomes = sorted(threads.map(create, range(6)))

    assert outcomes == ["DuplicateProviderException"] * 5 + ["Okta"]


def test_clients_may_name_providers_that_exist(cognito, pool, add, new_client, refused):
    add()

    client = new_client(pool, SupportedIdentityProviders=["COGNITO", "Okta"])
    assert client["SupportedIdentityProviders"] == ["COGNITO", "Okta"]
    text = f"The provider Google does not exist for User Pool {pool}."
    with refused("InvalidParameterException", text):
        new_client(pool, SupportedIdentityProviders=["Okta", "Google"])
    with refused("InvalidParameterException", text):
        cognito.update_user_pool_client(
            UserPoolId=pool, ClientId=client["ClientId"], SupportedIdentityProviders=["Google"]
        )
