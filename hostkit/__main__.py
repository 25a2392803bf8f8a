"""``python -m hostkit``: the same as the command."""

from hostkit.cli import main

if __name__ == "__main__":
    main()
