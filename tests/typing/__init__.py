"""What type checkers know about hostkit: mypy checks these files, nobody runs them."""
