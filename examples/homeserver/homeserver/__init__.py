"""A small homeserver in memory, which asks its modules at every place where they have a say.

A way to read it: `client_api`, which has the table of all requests, `homeserver` and `client`, then
`accounts`, `login`, `room`, `events`, `rooms` and `presence`.
"""
