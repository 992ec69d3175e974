"""What every test can ask for."""

import os

from hypothesis import settings

pytest_plugins = ["databases", "guard", "service_fixtures"]

# A loaded machine is slow, not wrong: no test is timed.
settings.register_profile("steady", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
