"""Every command of `riskengine`, in the order of its help."""

import click

from riskengine import __version__
from riskengine.cli.backup import backup, restore
from riskengine.cli.breaches import breaches
from riskengine.cli.compare import compare
from riskengine.cli.demo import demo
from riskengine.cli.doctor import doctor
from riskengine.cli.evaluate import evaluate
from riskengine.cli.explain import explain
from riskengine.cli.generate import generate
from riskengine.cli.import_attempts import import_attempts
from riskengine.cli.import_log import import_log
from riskengine.cli.keys import keys
from riskengine.cli.learn import learn
from riskengine.cli.migrate import migrate
from riskengine.cli.outbox import outbox
from riskengine.cli.serve import serve
from riskengine.cli.simulate import simulate
from riskengine.cli.train import train

COMMANDS: tuple[click.Command, ...] = (
    serve,
    demo,
    keys,
    outbox,
    import_log,
    import_attempts,
    explain,
    learn,
    breaches,
    evaluate,
    compare,
    simulate,
    train,
    migrate,
    doctor,
    backup,
    restore,
    generate,
)


class _InOrder(click.Group):
    """Lists its commands as they stand, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


riskengine = _InOrder(
    "riskengine",
    commands={command.name or "": command for command in COMMANDS},
    help="Adaptive-risk authentication behind the Amazon Cognito user-pools API.",
)
riskengine = click.version_option(__version__)(riskengine)
