"""Judging the engine on labelled sign-ins; training a correction on them comes here too."""
