"""Signing in: one pipeline of visible steps, entered by `start`, re-entered by `resume`."""
