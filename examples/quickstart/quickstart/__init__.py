"""A category of hooks about comments, and three modules for it."""
