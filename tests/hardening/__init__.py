"""A server under attack, beside honest clients: what they lose, and what it costs.

``python -m tests.hardening`` prints the table for hostkit, Twisted's own `Site` and uvicorn.
"""
