"""Real services on free loopback ports, each ended by whoever started it."""
