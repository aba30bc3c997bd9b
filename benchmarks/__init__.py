"""Measurements as ratios within one run, beside what they are compared with."""
