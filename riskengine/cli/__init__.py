"""The command line: one file per command, all listed in `commands`."""
