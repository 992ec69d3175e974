"""What every test can ask for."""

from hypothesis import settings

pytest_plugins = ["databases", "guard", "service_fixtures"]

# A loaded machine is slow, not wrong: no test is timed.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
