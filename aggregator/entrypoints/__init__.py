"""Where the program is started: commands (cli.py), the schedule (scheduler.py), the web (web.py)."""
