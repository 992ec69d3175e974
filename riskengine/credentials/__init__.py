"""Proofs of identity as pure algorithms: SRP, sealing, TOTP, codes, password policy, client secrets."""
