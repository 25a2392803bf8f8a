"""The tests of hostkit and hookspecs, a file for each source file."""
