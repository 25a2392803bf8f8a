"""The files in `deploy/`, with the programs they are for; run by `nox -s deploy`."""
