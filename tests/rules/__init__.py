"""Tests of `hostkit.rules`."""
