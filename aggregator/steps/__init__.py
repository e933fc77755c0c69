"""The steps of one source, as pipeline.py names them. A step knows several stages; a stage knows no other."""
