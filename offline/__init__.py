"""The platform without an account: emulated AWS and stand-in provider plugins.

Nothing outside this package and its tests imports it, and only its commands tell the Pulumi engine
about the stand-ins, so a real stack never meets one.
"""
