"""riskengine: adaptive-risk authentication behind the Cognito user-pools API."""

__version__ = "0.1.0"
