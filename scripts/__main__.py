"""`python -m scripts` is `ops`."""

from scripts.cli import main

if __name__ == "__main__":
    main()
