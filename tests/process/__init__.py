"""Tests of a serving process and its system."""
