"""Where the program is started: commands (cli.py), the main job (main_job.py, scheduler.py), web/, doctor/."""
