"""Breached passwords: the local list (imported, mapped into memory) and the k-anonymity range API."""
