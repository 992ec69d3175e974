"""What every test can ask for."""

pytest_plugins = ["databases", "guard", "service_fixtures"]
