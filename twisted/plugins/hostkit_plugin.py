"""Teaches Twisted's own command to serve: ``twist hostkit FILE``.

Twisted imports this file whenever it looks for plugins, so it only says where the rest is.
"""

from twisted.application.service import ServiceMaker

hostkit = ServiceMaker(
    "hostkit", "hostkit.cli._serve", "Serve the modules of one config file.", "hostkit"
)
