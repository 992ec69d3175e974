"""How hosted pages look, through boto3."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from riskengine.base.ids import new_lower

CSS = """
/* the button; a { in a comment */
.submitButton-customizable { color: #fff; background: url("data:image/png;base64,a}b") }
.submitButton-customizable:hover , .inputField-customizable:focus{color:rgba(0, 0, 0, calc(1 - .5));}
"""
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/></svg>'
LOGO = {"Category": "FORM_LOGO", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": PNG}
ICON = {"Category": "FAVICON_SVG", "ColorMode": "DYNAMIC", "Extension": "SVG", "Bytes": SVG}


@pytest.fixture
def client(pool, new_client):
    return new_client(pool)["ClientId"]


@pytest.fixture
def page_pool(cognito, pool):
    """A pool with a domain, and so with pages."""
    cognito.create_user_pool_domain(Domain=f"x{new_lower(9).replace('aws', 'x')}", UserPoolId=pool)
    return pool


@pytest.fixture
def dress(cognito, page_pool):
    def put(**members):
        return cognito.set_ui_customization(UserPoolId=page_pool, **members)["UICustomization"]

    return put


@pytest.fixture
def worn(cognito, page_pool):
    def read(**members):
        return cognito.get_ui_customization(UserPoolId=page_pool, **members)["UICustomization"]

    return read


def test_a_look_is_set_for_all_clients(page_pool, client, dress, worn):
    assert worn() == {}

    put = dress(CSS=CSS, ImageFile=PNG)

    assert (put["CSS"], put["ClientId"], put["UserPoolId"]) == (CSS, "ALL", page_pool)
    assert put["CSSVersion"].isdigit()
    assert put["CreationDate"] == put["LastModifiedDate"]
    assert "ImageUrl" not in put  # nothing serves the image yet
    assert worn() == worn(ClientId="ALL") == worn(ClientId=client) == put


def test_a_clients_own_look_goes_before_the_pools(client, dress, worn):
    common = dress(ClientId="ALL", CSS=".label-customizable{}")
    own = dress(ClientId=client, CSS=".logo-customizable{}")

    assert worn(ClientId=client) == own
    assert own["ClientId"] == client
    assert worn() == common


def test_setting_replaces_all_and_nothing_resets(client, dress, worn):
    first = dress(ClientId=client, CSS=CSS)
    second = dress(ClientId=client, ImageFile=PNG)
    assert "CSS" not in second
    assert second["CreationDate"] == first["CreationDate"]

    dress(CSS=".label-customizable{}")
    dress(ClientId=client)
    assert worn(ClientId=client)["ClientId"] == "ALL"
    dress()
    assert worn(ClientId=client) == {}


def test_a_look_needs_a_domain_and_its_client(cognito, pool, page_pool, new_pool, refused):
    for call in (cognito.get_ui_customization, cognito.set_ui_customization):
        with refused(
            "InvalidParameterException", "There has to be an existing domain associated with this user pool"
        ):
            call(UserPoolId=new_pool())
        with refused("ResourceNotFoundException", "User pool client nobody does not exist."):
            call(UserPoolId=page_pool, ClientId="nobody")
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(UserPoolId="us-east-1_nobody")
        with refused("InvalidParameterException", "userPoolId"):
            call(UserPoolId="")


@pytest.mark.parametrize(
    "css",
    [
        "body{color:red}",
        ".label-customizable .logo-customizable{}",
        ".label-customizable:hover{}",
        ".label-customizable{color:red",
        ".label-customizable{color}",
        ".label-customizable{color:red}}",
        ".label-customizable{.logo-customizable{}}",
        "@import url(https://example.org/x.css);",
        "@media print{.label-customizable{color:red}}",
        ".label-customizable{} </style><script>",
        ".label-customizable{color:\\72 ed}",
        ".label-customizable{width:expression(1)}",
        ".label-customizable{background:url(JavaScript:alert(1))}",
        ".label-customizable{Behavior:url(x.htc)}",
        ".label-customizable{color:'red}",
        ".label-customizable{color:rgb(1}",
        ".label-customizable{} /* open",
        "nonsense",
    ],
)
def test_only_the_pages_own_classes_are_styled(dress, worn, refused, css):
    with refused("InvalidParameterException", "Invalid CSS: "):
        dress(CSS=css)
    assert worn() == {}


@pytest.mark.parametrize(
    ("image", "text"),
    [
        (b"plain text", "PNG, JPEG or GIF"),
        (SVG, "PNG, JPEG or GIF"),
        (PNG + b"\0" * 102_400, "more than 102400 bytes"),
        (b"\0" * 131_073, "imageFile"),
    ],
)
def test_a_logo_is_a_small_picture(dress, refused, image, text):
    with refused("InvalidParameterException", text):
        dress(ImageFile=image)


@pytest.mark.parametrize("image", [PNG, b"\xff\xd8\xff\xe0rest", b"GIF89arest"])
def test_three_kinds_of_logo_are_taken(service, page_pool, dress, image):
    dress(ImageFile=image)

    async def stored(services):
        return await services.storage.ui_customizations.find(page_pool, "")

    assert service.do(stored).image == image


def test_looks_set_at_the_same_time_end_in_one_of_them(dress, worn):
    sheets = [f".label-customizable{{order:{at}}}" for at in range(8)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda sheet: dress(CSS=sheet), sheets))

    assert worn()["CSS"] in sheets


@pytest.fixture
def style(cognito, pool, client):
    """A maker of styles."""

    def make(**members):
        given = {"UserPoolId": pool, "ClientId": client, **members}
        return cognito.create_managed_login_branding(**given)["ManagedLoginBranding"]

    return make


@pytest.fixture
def restyle(cognito, pool):
    def change(style, **members):
        return cognito.update_managed_login_branding(
            UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"], **members
        )["ManagedLoginBranding"]

    return change


@pytest.fixture
def styled(cognito, pool):
    def read(style, **members):
        return cognito.describe_managed_login_branding(
            UserPoolId=pool, ManagedLoginBrandingId=style["ManagedLoginBrandingId"], **members
        )["ManagedLoginBranding"]

    return read


def test_a_style_is_created_and_described(cognito, pool, client, style, styled):
    settings = {
        "categories": {"form": {"displayGraphics": False}},
        "size": 1.5,
        "none": None,
        "list": [1, "a"],
    }

    created = style(Settings=settings, Assets=[LOGO, ICON])

    assert created["Settings"] == settings
    assert created["Assets"] == [ICON, LOGO]
    assert (created["UserPoolId"], created["UseCognitoProvidedValues"]) == (pool, False)
    assert styled(created) == created
    by_client = cognito.describe_managed_login_branding_by_client(UserPoolId=pool, ClientId=client)
    assert by_client["ManagedLoginBranding"] == created


def test_provided_values_are_a_style_without_settings(style, restyle, styled):
    created = style(UseCognitoProvidedValues=True)
    assert "Settings" not in created
    assert (created["Assets"], created["UseCognitoProvidedValues"]) == ([], True)

    changed = restyle(created, Settings={"a": 1}, Assets=[LOGO])
    assert (changed["Settings"], changed["UseCognitoProvidedValues"]) == ({"a": 1}, False)

    restyle(created, UseCognitoProvidedValues=True)
    back = styled(created)
    assert "Settings" not in back
    assert (back["Assets"], back["UseCognitoProvidedValues"]) == ([], True)


def test_an_update_keeps_what_it_does_not_name(style, restyle, styled):
    created = style(Settings={"a": {"b": 1, "c": 2}, "d": [1]}, Assets=[LOGO, ICON])

    white = {**LOGO, "Bytes": PNG + b"white"}
    restyle(created, Settings={"a": {"b": 3}, "d": [2]}, Assets=[white])

    after = styled(created)
    assert after["Settings"] == {"a": {"b": 3, "c": 2}, "d": [2]}
    assert after["Assets"] == [ICON, white]
    assert after["LastModifiedDate"] > created["LastModifiedDate"]


def test_an_image_may_be_used_again_by_its_name(style, restyle, refused):
    created = style(Assets=[{**LOGO, "ResourceId": "our logo"}])
    dark = {"Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "PNG", "ResourceId": "our logo"}

    assert {one["Bytes"] for one in restyle(created, Assets=[dark])["Assets"]} == {PNG}
    with refused("InvalidParameterException", "needs Bytes"):
        restyle(created, Assets=[{**dark, "ResourceId": "another"}])


def test_merged_settings_lie_over_the_defaults(cognito, pool, client, style, styled):
    created = style(Settings={"categories": {"form": {"displayGraphics": False}}, "own": 1})

    merged = styled(created, ReturnMergedResources=True)["Settings"]

    assert merged["own"] == 1
    assert merged["categories"]["form"]["displayGraphics"] is False
    assert merged["categories"]["form"]["location"] == {"horizontal": "CENTER", "vertical": "CENTER"}
    by_client = cognito.describe_managed_login_branding_by_client(
        UserPoolId=pool, ClientId=client, ReturnMergedResources=True
    )
    assert by_client["ManagedLoginBranding"]["Settings"] == merged


def test_a_client_has_one_style(cognito, pool, style, new_client, refused):
    first = style()
    style(ClientId=new_client(pool)["ClientId"])

    with refused("ManagedLoginBrandingExistsException"):
        style()

    cognito.delete_managed_login_branding(
        UserPoolId=pool, ManagedLoginBrandingId=first["ManagedLoginBrandingId"]
    )
    style()


def test_a_style_goes_with_its_client(cognito, pool, client, style, refused):
    created = style()
    cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client)

    with refused("ResourceNotFoundException", created["ManagedLoginBrandingId"]):
        cognito.describe_managed_login_branding(
            UserPoolId=pool, ManagedLoginBrandingId=created["ManagedLoginBrandingId"]
        )


def nested(depth):
    return {"a": nested(depth - 1)} if depth else {}


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"UseCognitoProvidedValues": True, "Settings": {}}, "must be omitted"),
        ({"UseCognitoProvidedValues": True, "Assets": [LOGO]}, "must be omitted"),
        ({"Settings": nested(17)}, "deep"),
        ({"Settings": {"a": "x" * 300_000}}, "262144 bytes"),
        ({"Assets": [{**LOGO, "Bytes": b"text"}]}, "is no PNG"),
        ({"Assets": [{**LOGO, "Extension": "JPEG"}]}, "is no JPEG"),
        ({"Assets": [{**LOGO, "Category": "MUSIC"}]}, "category"),
        ({"Assets": [LOGO, LOGO]}, "same category"),
        ({"Assets": [LOGO] * 41}, "assets"),
        ({"Assets": [{**ICON, "Bytes": SVG.replace(b"circle", b"script")}]}, "is no SVG"),
        ({"Assets": [{**ICON, "Bytes": SVG.replace(b"r=", b"onload=")}]}, "is no SVG"),
        ({"Assets": [{**ICON, "Bytes": SVG.replace(b"r=", b"href=")}]}, "is no SVG"),
        ({"Assets": [{**ICON, "Bytes": b"<!DOCTYPE svg>" + SVG}]}, "is no SVG"),
        ({"Assets": [{**ICON, "Bytes": b"\xff" + SVG}]}, "is no SVG"),
    ],
)
def test_a_bad_style_is_refused(style, refused, members, text):
    with refused("InvalidParameterException", text):
        style(**members)


@pytest.mark.parametrize(
    ("extension", "data"),
    [("ICO", b"\0\0\1\0rest"), ("JPEG", b"\xff\xd8\xffrest"), ("WEBP", b"RIFF1234WEBPrest")],
)
def test_images_are_known_by_their_content(style, extension, data):
    asset = {**LOGO, "Extension": extension, "Bytes": data}
    assert style(Assets=[asset])["Assets"] == [asset]


def test_settings_stay_within_bounds_as_they_grow(style, restyle, refused):
    created = style(Settings={"a": "x" * 200_000})
    with refused("InvalidParameterException", "262144 bytes"):
        restyle(created, Settings={"b": "x" * 200_000})


def test_what_is_not_there_is_not_found(cognito, pool, style, client, refused):
    nobody = {"UserPoolId": pool, "ManagedLoginBrandingId": str(uuid4())}
    calls = (
        cognito.describe_managed_login_branding,
        cognito.update_managed_login_branding,
        cognito.delete_managed_login_branding,
    )
    for call in calls:
        with refused("ResourceNotFoundException", nobody["ManagedLoginBrandingId"]):
            call(**nobody)
        with refused("ResourceNotFoundException", "User pool us-east-1_nobody does not exist."):
            call(**{**nobody, "UserPoolId": "us-east-1_nobody"})
        with refused("InvalidParameterException", "managedLoginBrandingId"):
            call(**{**nobody, "ManagedLoginBrandingId": "1"})
    with refused("InvalidParameterException", "are required"):
        cognito.update_managed_login_branding()
    by_client = cognito.describe_managed_login_branding_by_client
    with refused("ResourceNotFoundException", f"Client {client} has no managed login branding."):
        by_client(UserPoolId=pool, ClientId=client)
    for call in (by_client, cognito.create_managed_login_branding):
        with refused("ResourceNotFoundException", "User pool client nobody does not exist."):
            call(UserPoolId=pool, ClientId="nobody")
        with refused("InvalidParameterException", "clientId"):
            call(UserPoolId=pool, ClientId="")


def test_changes_at_the_same_time_are_never_lost(style, restyle, styled):
    """Those that were refused say so, the others are all there."""
    created = style()

    def change(name):
        try:
            restyle(created, Settings={name: 1})
        except ClientError as error:
            return error.response["Error"]["Code"]
        return name

    with ThreadPoolExecutor(6) as threads:
        outcomes = list(threads.map(change, "abcdef"))

    done = {name for name in outcomes if name in "abcdef"}
    assert done
    assert set(outcomes) - done <= {"ConcurrentModificationException"}
    assert set(styled(created)["Settings"]) == done


def test_of_creations_at_the_same_time_one_holds(style):
    def create(_):
        try:
            style()
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "created"

    with ThreadPoolExecutor(6) as threads:
        outcomes = sorted(threads.map(create, range(6)))

    assert outcomes == ["ManagedLoginBrandingExistsException"] * 5 + ["created"]
