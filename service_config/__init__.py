"""Text of every service's configuration: pure functions from settings and plain values."""
