"""Tests of `hostkit.specs`."""
