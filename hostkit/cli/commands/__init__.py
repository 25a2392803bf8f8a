"""The subcommands, a file each; `hostkit.cli` imports the one that is run."""
