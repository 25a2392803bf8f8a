"""The control socket: what the user of a serving process asks it, and has it do, while it runs.

A connection is one command: a line of JSON such as ``{"version": 1, "command": "reload"}``, with
``arguments`` if it has some. It is answered by lines such as ``{"meanwhile": "..."}`` and
``{"item": ...}``, and by a last one with ``ok`` when the command has ended. What is added leaves
the version as it is; a line without one is of version 1.

`hostkit.control.client` asks, `hostkit.control.listening` takes commands, and
`hostkit.control.commands` does them. Each is imported by its own name, since a client needs neither
Twisted nor what serves.
"""
