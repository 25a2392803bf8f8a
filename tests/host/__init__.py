"""Tests of `hostkit.host`."""
