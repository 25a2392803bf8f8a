"""Tests of `hostkit.loading`."""
