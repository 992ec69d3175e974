"""The web: one path for API calls, the issuer's documents, health and metrics. aiohttp lives here only."""
