"""The steps of a sign-in; their order stands in `pipeline.STEPS`."""
