"""The `ops` command: the guide's procedures as tested code.

commands/      thin commands: options in, one call, an exit code out
cli.py         which commands there are
settings.py    what a procedure works on, from the environment, `.env` or a stack's outputs
everything else is plain functions that take clients and a request, and know no command line
"""
