"""A serving process and the system that it runs on: each file is about one thing that ties them.

Each is imported by its own name, so that what only looks for a process, such as ``hostkit status``,
loads nothing of what serves.
"""
