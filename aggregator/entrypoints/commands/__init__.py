"""The commands, a file for each noun; cli.py lists them."""
