"""The demo: the real service on loopback, a pool with a past, and about a dozen telling sign-ins."""
