"""Databases of places and networks: both record layouts, gaps, reload, age."""

from pathlib import Path

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from riskengine.base.bundle import data_file
from riskengine.base.clock import DAY, SECOND
from riskengine.context.address import parse_address
from riskengine.context.countries import Country
from riskengine.context.geo import CITY_RADIUS_KM, NOWHERE, Geo, GeoPaths, Place
from riskengine.context.networks import NetworkPaths, Networks

NORWAY = Country("Norway", 60.2, 9.2, 700.0, frozenset((60, 120)))
COUNTRIES = {"NO": NORWAY, "SG": Country("Singapore", 1.36, 103.82, 60.0, frozenset((480,)))}
NOTHING = GeoPaths(networks=None, places=None)
NESTED_CITY = {
    "city": {"geoname_id": 1, "names": {"de": "Mailand", "en": "Milan"}},
    "country": {"iso_code": "IT"},
    "registered_country": {"iso_code": "DE"},
    "location": {"accuracy_radius": 20, "latitude": 45.4643, "longitude": 9.1895, "time_zone": "Europe/Rome"},
}
FLAT_CITY = {
    "city": "Bergen",
    "country_code": "NO",
    "latitude": 60.39,
    "longitude": 5.32,
    "postcode": "",
    "state1": "Vestland",
    "timezone": "",
}
ASN = {"autonomous_system_number": 64500, "autonomous_system_organization": "Example Net"}


def write(path, records, version=6):
    writer = MMDBWriter(
        version,
        "test",
        ipv4_compatible=version == 6,
        languages=["en"],
        description="A test",
        float_type="f64",
    )
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    # Replaced as an operator should: a new file renamed over the old one.
    writer.to_db_file(str(path) + ".new")
    Path(str(path) + ".new").replace(path)
    return path


def find(geo, text):
    return geo.find(parse_address(text))


def test_a_nested_record_is_read_whole(tmp_path):
    path = write(tmp_path / "city.mmdb", {"81.2.69.0/24": NESTED_CITY, "2a00:1450::/32": NESTED_CITY})
    geo = Geo(GeoPaths(city=path, networks=None, places=None), COUNTRIES)
    milan = Place("IT", "Milan", 45.4643, 9.1895, pytest.approx(29.0), None, None)
    assert find(geo, "81.2.69.142") == milan
    assert find(geo, "2a00:1450::1") == milan


def test_flat_records_are_read_whole(tmp_path):
    paths = GeoPaths(
        country=write(tmp_path / "country.mmdb", {"81.2.69.0/24": {"country_code": "NO"}}),
        asn=write(tmp_path / "asn.mmdb", {"81.2.69.0/24": ASN}),
        city=write(tmp_path / "city.mmdb", {"81.2.69.0/24": FLAT_CITY}, version=4),
        networks=None,
        places=None,
    )
    geo = Geo(paths, COUNTRIES)
    assert find(geo, "81.2.69.142") == Place(
        "NO", "Bergen", 60.39, 5.32, CITY_RADIUS_KM, 64500, "Example Net"
    )
    assert find(geo, "2a00:1450::1") == NOWHERE  # IPv6 asked of an IPv4 database


def test_a_country_stands_at_its_centre_with_its_radius(tmp_path):
    path = write(tmp_path / "country.mmdb", {"81.2.69.0/24": {"country": {"iso_code": "NO"}}})
    geo = Geo(GeoPaths(country=path, networks=None, places=None), COUNTRIES)
    assert find(geo, "81.2.69.142") == Place("NO", None, 60.2, 9.2, 700.0)


def test_a_city_in_another_country_than_the_country_database_says_is_not_believed(tmp_path):
    country = write(tmp_path / "country.mmdb", {"81.2.69.0/24": {"country_code": "SG"}})
    city = write(tmp_path / "city.mmdb", {"81.2.69.0/24": FLAT_CITY})
    geo = Geo(GeoPaths(country=country, city=city, networks=None, places=None), COUNTRIES)
    assert find(geo, "81.2.69.142") == Place("SG", None, 1.36, 103.82, 60.0)


def test_a_city_is_never_vaguer_than_its_country(tmp_path):
    city = write(
        tmp_path / "city.mmdb", {"81.2.69.0/24": FLAT_CITY | {"country_code": "SG", "city": "Singapore"}}
    )
    assert (
        find(Geo(GeoPaths(city=city, networks=None, places=None), COUNTRIES), "81.2.69.1").accuracy_km == 60.0
    )


@pytest.mark.parametrize(
    "record",
    [
        {"country_code": ""},
        {"country_code": 7},
        {"country": {"names": {"en": "Norway"}}},
        {"country": "NO"},
        {"city": {"names": {}}, "location": {"latitude": "60"}},
        {"city": "", "latitude": 0.0, "longitude": 0.0},
        {"autonomous_system_number": "64500", "autonomous_system_organization": 7},
        ["NO"],
        "NO",
        7,
    ],
)
def test_a_record_of_another_shape_says_nothing(tmp_path, record):
    path = write(tmp_path / "odd.mmdb", {"81.2.69.0/24": record})
    geo = Geo(GeoPaths(country=path, asn=path, city=path, networks=None, places=None), COUNTRIES)
    assert find(geo, "81.2.69.142") == NOWHERE


def test_an_operators_file_goes_before_the_bundled_one(tmp_path):
    own = write(tmp_path / "asn.mmdb", {"81.2.69.0/24": ASN})
    bundled = write(
        tmp_path / "networks.mmdb",
        {
            "81.2.0.0/16": {
                "country_code": "NO",
                "autonomous_system_number": 1,
                "autonomous_system_organization": "Old",
            }
        },
    )
    geo = Geo(GeoPaths(asn=own, networks=bundled, places=None), COUNTRIES)
    assert (find(geo, "81.2.69.142").asn, find(geo, "81.2.69.142").country) == (64500, "NO")
    assert (find(geo, "81.2.70.1").asn, find(geo, "81.2.70.1").country) == (1, "NO")


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 1000])
def test_a_missing_or_broken_file_is_unknown_and_told(tmp_path, content):
    path = tmp_path / "country.mmdb"
    if content is not None:
        path.write_bytes(content)
    geo = Geo(GeoPaths(country=path, networks=None, places=None), COUNTRIES)
    assert find(geo, "81.2.69.142") == NOWHERE
    (source,) = geo.sources(0)
    assert (source.role, source.status, source.age) == (
        "country",
        "missing" if content is None else "unreadable",
        None,
    )


def test_a_replaced_file_is_opened_again_after_a_while(tmp_path):
    path = write(tmp_path / "country.mmdb", {"81.2.69.0/24": {"country_code": "NO"}})
    geo = Geo(GeoPaths(country=path, networks=None, places=None), COUNTRIES)
    now = 1_700_000_000 * SECOND
    assert find(geo, "81.2.69.142").country == "NO"
    assert geo.refresh(now) is False
    write(path, {"81.2.69.0/24": {"country_code": "SG"}})
    assert geo.refresh(now + SECOND) is False  # looked a second ago
    assert find(geo, "81.2.69.142").country == "NO"
    assert geo.refresh(now + 10 * SECOND) is True
    assert find(geo, "81.2.69.142").country == "SG"


def test_a_broken_replacement_leaves_the_old_data_in_service(tmp_path):
    path = write(tmp_path / "country.mmdb", {"81.2.69.0/24": {"country_code": "NO"}})
    geo = Geo(GeoPaths(country=path, networks=None, places=None), COUNTRIES)
    (tmp_path / "new").write_bytes(b"half a down")
    (tmp_path / "new").replace(path)
    geo.refresh(1_700_000_000 * SECOND)
    geo._remembered.cache_clear()
    assert find(geo, "81.2.69.142").country == "NO"
    assert geo.sources(0)[0].status == "unreadable"


def test_age_counts_from_when_the_data_were_built(tmp_path):
    path = write(tmp_path / "country.mmdb", {"81.2.69.0/24": {"country_code": "NO"}})
    geo = Geo(GeoPaths(country=path, networks=None, places=None), COUNTRIES)
    built = geo.sources(0)[0].built
    source = geo.sources(built + 3 * DAY)[0]
    assert (source.age_days, source.status, source.about) == (3, "ok", "A test")


def test_the_bundled_data_know_the_world():
    geo = Geo()
    google = find(geo, "8.8.8.8")
    assert (google.country, google.asn, google.organisation) == ("US", 15169, "Google")
    assert find(geo, "2003:c0::1").country == "DE"
    oslo = find(geo, "84.208.20.1")
    assert (oslo.country, oslo.asn) == ("NO", 25400)
    assert 58 < oslo.latitude < 71
    assert oslo.accuracy_km
    assert find(geo, "10.0.0.1").asn is None
    assert {source.status for source in geo.sources(0)} == {"ok"}
    assert all("CC BY" in source.about for source in geo.sources(0))


def test_every_country_has_a_name_a_place_and_a_clock():
    countries = Geo(NOTHING).countries
    assert countries["US"].name == "United States"
    assert countries["GB"].name == "United Kingdom"
    assert countries["NO"].offsets == {60, 120}
    assert 330 in countries["IN"].offsets
    assert len(countries) > 240
    for country in countries.values():
        assert country.latitude is None or (abs(country.latitude) <= 90 and 50 <= country.radius_km < 8000)


def test_bundled_data_stay_small():
    folder = data_file("networks.mmdb").parent
    sizes = [path.stat().st_size for path in folder.iterdir() if path.is_file()]
    assert max(sizes) < 10 * 2**20
    assert sum(sizes) < 15 * 2**20


def test_kinds_come_from_lists_and_names(tmp_path):
    files = {}
    for name, text in {
        "hosting": '# Made up\n# date: 2026-01-02\nASN,Entity\n64500,"Example, Inc."\nAS64501\nx\n',
        "tor": "# date: 2026-01-02\n198.51.100.7\n2001:db8::7\nnonsense\n",
        "listed": "198.51.100.0/30\t12\n",
    }.items():
        files[name] = tmp_path / name
        files[name].write_text(text)
    networks = Networks(NetworkPaths(**files))

    def kinds(text, asn=None, organisation=None):
        return networks.kinds(parse_address(text), asn, organisation)

    assert kinds("203.0.113.1", 64499, "Example Telecom") == frozenset()
    assert kinds("203.0.113.1", 64500) == {"hosting"}
    assert kinds("203.0.113.1", 64501) == {"hosting"}
    assert kinds("198.51.100.7") == {"tor"}
    assert kinds("2001:db8::7") == {"tor"}
    assert kinds("198.51.100.3") == {"listed"}
    assert kinds("203.0.113.1", 1, "T-Mobile USA") == {"mobile"}
    assert kinds("203.0.113.1", 1, "Example VPN Hosting") == {"vpn", "hosting"}
    hosting, tor, listed = networks.sources(1_767_312_000 * SECOND + DAY)
    assert (hosting.entries, hosting.age, hosting.about) == (2, DAY, "Made up")
    assert (tor.entries, tor.status) == (2, "ok")
    assert listed.entries == 1


def test_missing_lists_are_empty(tmp_path):
    networks = Networks(NetworkPaths(tmp_path / "none", None, tmp_path))
    assert networks.kinds(parse_address("203.0.113.1"), 64500, None) == frozenset()
    assert [source.status for source in networks.sources(0)] == ["missing", "missing", "unreadable"]


def test_bundled_lists_say_source_and_date():
    for source in Networks().sources(2_000_000_000 * SECOND):
        assert source.status == "ok"
        assert source.entries > 500
        assert "github.com" in source.about
        assert source.age > 0
