"""A small homeserver in memory, which asks its modules at every place where they have a say."""
