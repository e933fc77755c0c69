"""Where the program is started: main.py and its commands (cli.py), main_job.py with scheduler.py, web/, doctor/."""
