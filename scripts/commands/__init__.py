"""Thin commands: options in, one call of a plain function, an exit code out."""
