"""How often things happen in a made-up stream, and who says so.

[P] Padmanabhan et al., IMC 2016 (address changes); [F] Vastel et al., S&P 2018 (FP-Stalker); [W] Wiefling et
al., TOPS 2022; [T] Thomas et al., CCS 2017; [G] Doerfler et al., WWW 2019; [A] an assumption of ours.
"""

from typing import Final

# Lives. Sign-ins a day are log-normal: many people come a few times a month, few several times a day. [W, A]
LOG_VISITS_MEAN: Final = -1.2
LOG_VISITS_SPREAD: Final = 1.0
MOST_VISITS: Final = 4.0
WEEKEND: Final = 0.5  # of a working day's sign-ins [A]
HOUR_SPREAD: Final = 2.5  # hours around somebody's own time of day [A]
JOINS_LATE: Final = 0.3  # share of people who join while the stream runs [A]
TYPOS: Final = 0.04  # share of sign-ins preceded by a wrong password [A]
OWNER_PASSES: Final = 0.95  # of second factors: the rest have no phone at hand [G, milder]

# Networks. Days between renumberings, and how common; half of them leave the /24. [P]
LEASES: Final = ((1, 0.20), (7, 0.15), (40, 0.30), (400, 0.35))
LEAVES_PREFIX: Final = 0.5
SHARES_A_HOME: Final = 0.15  # with the person before [A]
HAS_OFFICE: Final = 0.4
AT_OFFICE: Final = 0.4  # of working days' sign-ins
ON_CARRIER: Final = 0.6  # of a phone's sign-ins: through the carrier's exits [A]
CARRIER_PREFIXES: Final = 60  # of one carrier in one country [A]
ELSEWHERE: Final = 0.05  # a café, a friend's home [A]
MOVES: Final = 0.0008  # a day: another provider for good [A]
TRIPS: Final = 0.015  # a day [A]
ABROAD: Final = 0.35  # of trips
TRIP_DAYS: Final = (1, 2, 3, 5, 9)
FOREIGNERS: Final = 0.1  # of people: at home in another country [A]
ALWAYS_VPN: Final = 0.06  # of people [A]
SOMETIMES_VPN: Final = 0.08  # of people
OFTEN_VPN: Final = 0.3  # of their sign-ins

# Devices. A fingerprint is followed for 54 days at the median, a quarter for more than 100. [F]
HAS_COMPUTER: Final = 0.75
HAS_PHONE: Final = 0.75
HAS_MORE: Final = 0.15
REPLACED: Final = 0.003  # a day: a new device [A]
CLEARED: Final = 0.006  # a day: the collector's id is lost [A]
PRIVATE: Final = 0.12  # of browsers: a new id every time [A]
COLLECTED: Final = 0.65  # of people: their application sends device data [A]
FOREIGN_LANGUAGE: Final = 0.12  # of people: English, wherever they live
RELEASE_DAYS: Final = 28  # between versions of an evergreen browser
LAGS: Final = (0, 0, 0, 1, 2)  # releases behind

# Attackers: successes by kind in a stream, per hundred people.
SUCCESSES: Final = 8.0
VICTIM_SIGN_INS: Final = 3  # an account worth having has been used
RETURNS: Final = 0.25  # of attackers come back to a victim within a day [A]
THIEF_PASSES: Final = 0.03  # of second factors: phished in real time [G]
GANGS: Final = 8  # attackers share machines, proxies and header stacks [A]
BARE_TOOL: Final = 0.25  # of gangs use a program's headers
SAME_PROVIDER: Final = 0.6  # of very targeted attackers: a proxy at the victim's own provider [T, A]
RIGHT_LANGUAGE: Final = 0.6  # of targeted attackers
RIGHT_CLOCK: Final = 0.7  # of targeted and very targeted attackers
GUESSED_RIGHT: Final = 0.012  # of bulk tries [T, Akamai]
UNKNOWN_NAMES: Final = 0.4  # of bulk tries: names that the pool does not have

# Verdicts, hours after the event.
TOLD_ATTACKS: Final = 0.6
TOLD_NOVELTIES: Final = 0.15  # Valid on good sign-ins from a new neighbourhood
WRONG_VERDICTS: Final = 0.01
VERDICT_HOURS: Final = (1.0, 72.0)
