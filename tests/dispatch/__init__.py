"""Tests of `hostkit.dispatch`: how hooks are called."""
