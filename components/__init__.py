"""The platform as Pulumi ComponentResources."""
