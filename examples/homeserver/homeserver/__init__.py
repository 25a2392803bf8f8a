"""A small homeserver in memory, which calls hooks wherever modules can decide.

A way to read it: `client_api`, which has the table of all requests, `homeserver` and `client`, then
`accounts`, `rooms` and `presence`.
"""
