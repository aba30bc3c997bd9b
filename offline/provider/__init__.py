"""A generic Pulumi resource provider, driven by tables of API calls."""
