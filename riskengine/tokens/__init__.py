"""Tokens as pure algorithms: signing keys, claims, JWTs, refresh tokens and their lifetimes."""
