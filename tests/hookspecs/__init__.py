"""Tests of the homeserver's categories."""
