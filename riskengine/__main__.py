"""The `riskengine` command."""

from riskengine.cli.commands import riskengine


def main() -> None:
    """Run the command line; bad settings are told in one line."""
    riskengine(prog_name="riskengine")


if __name__ == "__main__":
    main()
