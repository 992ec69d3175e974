"""Clock, ids, text, secrets and bundled files: the standard library only."""
