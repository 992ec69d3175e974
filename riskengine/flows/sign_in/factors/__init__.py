"""Proofs of who somebody is: password, SRP, software token."""
