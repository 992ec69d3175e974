"""Customers' hooks: Lambda-style functions called over HTTP."""
