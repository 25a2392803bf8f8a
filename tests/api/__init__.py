"""Tests of `hostkit.api`."""
