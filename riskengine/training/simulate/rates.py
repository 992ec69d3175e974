"""How often things happen in a made-up stream, and who says so; every rate of the generator stands here.

[A] an assumption of ours. [D] Doerfler et al., WWW 2019. [F] Vastel et al., FP-Stalker, S&P 2018. [I] Apple's
tracking prevention. [M] Mishra et al., WWW 2020. [P] Padmanabhan et al., IMC 2016. [R] the read-me of
das-group/rba-dataset. [T] Thomas et al., CCS 2017 and USENIX Security 2019. [W] Wiefling et al., TOPS 2022.
[Z] zenlogin's statistics of browsers at sign-in, January to June 2025.
"""

from typing import Final

# Lives.
LOG_VISITS_MEAN: Final = -1.35  # of sign-ins a day, log-normal: a few a month up to several a day [W, A]
LOG_VISITS_SPREAD: Final = 1.05  # [A]
MOST_VISITS: Final = 6.0  # a day [A]
JOINS_LATE: Final = 0.30  # of people: while the stream runs [A]
PAUSES: Final = 0.006  # a day: somebody stays away [A]
PAUSE_DAYS: Final = (5, 30)  # [A]
WEEKEND: Final = 0.5  # of a working day's sign-ins [R]
IN_WORKING_HOURS: Final = (0.15, 0.85)  # share of somebody's sign-ins, at the ends of their kinds [A]
HOUR_SPREAD: Final = 2.2  # hours around somebody's own evening or morning [A]
TYPOS: Final = 0.06  # of sign-ins are preceded by wrong passwords [A; R: 57 % of all fail, attacks included]
MORE_TYPOS: Final = 0.25  # of wrong passwords are followed by another [A]
FORGETS: Final = 0.004  # of sign-ins end in four to eight wrong passwords and nothing [A]
OWNER_PASSES: Final = 0.95  # of second factors; 38 % had no phone at hand when asked unprepared [D, milder]
TRAVELLER_PASSES: Final = 0.85  # abroad, without their SIM [A]

# Homes and the way out of them.
SHARES_A_HOME: Final = 0.18  # of people: with the one before [A]
LEASES: Final = (
    (1, 0.14),
    (7, 0.12),
    (45, 0.36),
    (500, 0.38),
)  # days an address is kept, share of lines [P, M]
LEASES_BY_COUNTRY: Final = {"DE": ((1, 0.35), (7, 0.08), (45, 0.30), (500, 0.27))}  # nightly resets [P]
LEAVES_PREFIX: Final = 0.5  # of renumberings [P]
TOWN_IS_WRONG: Final = 0.10  # of neighbourhoods [free tables agree on the town for nine in ten]
SMALL_PROVIDERS: Final = 0.08  # of home lines are at small providers [A]
SMALL_PROVIDERS_KNOWN: Final = 14  # of a country [A]
V6_WINS: Final = 0.85  # of sign-ins on a line with IPv6 use it [RFC 8305 prefers it]
SWITCHES: Final = 0.0004  # a day: another provider at home [A]
MOVES: Final = 0.0003  # a day: another home [A]
MOVES_AWAY: Final = 0.25  # of moves: to another town [A]
ELSEWHERE: Final = 0.05  # of sign-ins: a café, a friend's home [A]
FOREIGNERS: Final = 0.08  # of people live in another country [A]

# Offices.
HAS_OFFICE: Final = 0.45  # of people [A]
AT_OFFICE: Final = 0.65  # of an office worker's sign-ins in working hours [A]
OFFICE_STAFF: Final = 12  # people of the pool who share one, on average [A]
OFFICE_ADDRESSES: Final = (1, 1, 1, 2, 4)  # [A]
HAS_GATEWAY: Final = 0.15  # of offices: everything leaves through a web gateway in the cloud [A]
OFFICE_COMPUTER: Final = 0.6  # of office workers have another computer there [A]

# Mobile networks.
ON_CARRIER: Final = 0.4  # of a phone's sign-ins at home or work; on the way all [A]
CARRIER_PREFIXES: Final = 28  # /24 that a carrier's users leave through [A]
NEAR_EXITS: Final = 0.4  # of them serve one person's region [A]
STAYS_ON_EXIT: Final = 3 * 3600  # seconds after which a phone is given another exit [A]
HOME_ROUTED: Final = 0.8  # of roaming phones keep their carrier's exits [A]
CHANGES_CARRIER: Final = 0.0003  # a day [A]

# Journeys.
TRIPS: Final = 0.012  # a day [A]
ABROAD: Final = 0.3  # of trips [A]
TRIP_DAYS: Final = (1, 1, 2, 2, 3, 4, 7, 10)  # [A]
TRAVELLER_VISITS: Final = 0.6  # of the usual sign-ins [A]
CLOCK_FOLLOWS: Final = 0.9  # of devices: automatic time zone [A]
FLIGHT_HOURS: Final = 4.0  # without a sign-in around a journey abroad [A]

# VPNs and relays.
ALWAYS_VPN: Final = 0.03  # of people [A]
SOMETIMES_VPN: Final = 0.08  # of people [A]
OFTEN_VPN: Final = 0.3  # of their sign-ins [A]
VPN_AT_HOME: Final = 0.65  # of VPN sessions leave in the own country, the rest at random [A]
EXIT_PREFIXES: Final = 8  # /24 of one service in one country [A]
RELAYED: Final = 0.05  # of Safari's users pay for the relay that hides the address [A]
USES_TOR: Final = 0.003  # of people [A]

# Devices.
HAS_COMPUTER: Final = 0.85  # [A]
HAS_PHONE: Final = 0.80  # [A]
HAS_TABLET: Final = 0.10  # [A]
USES_PHONE: Final = (
    0.1,
    0.9,
)  # share of sign-ins, from one kind of person to the other [A; Z: 17 % over all]
HAS_OTHER_BROWSER: Final = 0.15  # on the computer, for one sign-in in six [A]
USES_APP: Final = 0.15  # of phones: an app of the service instead of the browser [A]
REPLACED: Final = 0.0015  # a day: a new device, as every second year [A]
BORROWED: Final = 0.006  # of sign-ins: on somebody else's or a public device [A]
CLEARED: Final = 0.007  # a day: storage lost; fingerprints are followed 54 days on average [F]
PRIVATE: Final = 0.06  # of browsers: always private windows, a new id every time [A]
NOW_PRIVATE: Final = 0.02  # of other sign-ins in a private window [A]
FORGETS_IN_SAFARI: Final = 7  # days without a visit after which Safari drops what pages stored [I]
HARDENED: Final = 0.02  # of computers: a browser against tracking; UTC clock, no collector half the time [A]
BLOCKED: Final = 0.03  # of browsers: the collector's script is blocked [A]
COLLECTED: Final = 0.70  # of people: their application sends device data [A]
PINNED: Final = 0.05  # of evergreen browsers are never updated [Z: 5 % are more than two releases old]
LAG_DAYS: Final = (
    5.0,
    1.0,
)  # median and log-spread of an update after its release [Z: half new, half one old]
SYSTEM_LAG_DAYS: Final = (25.0, 1.2)  # the same for systems [A]
OLD_SYSTEM: Final = 0.18  # of Apple's devices stay on the system of the year before [Z]
UNTRACKED: Final = 0.06  # of browsers send DNT or Sec-GPC [A]
FOREIGN_LANGUAGE: Final = 0.10  # of people read English, wherever they live [A]
LANGUAGE_CHANGES: Final = 0.0002  # a day [A]

# Attackers: sign-ins that get in, by kind, per hundred people.
SUCCESSES: Final = 8.0  # of each kind [A]
FEWEST_SUCCESSES: Final = 12  # [A]
VICTIM_SIGN_INS: Final = 1  # an account that nobody ever used is worth nothing [A]
STARTS_AFTER: Final = 0.08  # of the stream [A]
VICTIMS_PER_GANG: Final = 8  # gangs share machines, proxies and habits [A]
RETURNS: Final = 0.25  # of attackers come back to a victim, within days [A]
RETURN_DAYS: Final = 3.0  # on average [A]
CHANGES_EXIT: Final = 0.5  # of those who come back: another address of the same proxy [A]
THIEF_PASSES: Final = 0.04  # of second factors: phished in real time; a prompt stops 90 to 99 % [D]
BARE_TOOL: Final = 0.3  # of naive gangs and stuffers send a program's headers [A]
PROXIED: Final = 0.6  # of naive gangs use homes' addresses, the rest hosters, a few Tor [A]
TOR: Final = 0.06  # of naive gangs [A]
HOSTED_VPN: Final = 0.8  # of VPN attackers: a service's or hoster's exit; the rest proxies in homes [A]
RIGHT_LANGUAGE: Final = 0.65  # of targeted attackers [A]
RIGHT_CLOCK: Final = 0.75  # of targeted attackers; 83 % of phishing kits collect places [T]
RIGHT_TOWN: Final = 0.75  # of very targeted attackers find a proxy in the town [A]
RIGHT_PROVIDER: Final = 0.55  # of them with the provider [A]
CONSOLE: Final = 0.25  # of very targeted and thieves: a version of the browser that lags by one [A]
THIEF_IN_TOWN: Final = 0.35  # of thieves of devices: proxy in the town, else in the country [A]
GUESSED_RIGHT: Final = 0.012  # of tries with leaked passwords; 1.5 % of sign-ins use breached ones [T]
SPRAYED_RIGHT: Final = 0.008  # of tries with a popular password [A]
UNKNOWN_NAMES: Final = 0.4  # of bulk tries: names that the pool does not have [A]
REUSE_FAILS: Final = 0.35  # of reused passwords no longer fit [T: 7 % of breach credentials match; milder]
CLEAN_PROFILE: Final = 0.5  # of gangs start every victim in a fresh browser profile [A]
FAKED: Final = 0.2  # of bulk campaigns make up device data where the page sends some [A]
LISTED: Final = 0.05  # of bulk exits are on public lists [A]
SLOW: Final = 0.5  # of sprays: a few tries an hour from hundreds of homes, the rest a wave [A]

# Verdicts.
TOLD_ATTACKS: Final = 0.6  # of attacks that got in are found out [A]
TOLD_NOVELTIES: Final = 0.3  # of good sign-ins from a new device and network are confirmed [A]
TOLD_OTHERS: Final = 0.005  # of other good ones [A]
WRONG_VERDICTS: Final = 0.02  # [A]
VERDICT_HOURS: Final = (9.0, 1.4)  # median and log-spread of the delay [A]
