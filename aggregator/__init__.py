"""Follow a subject across many sites: poll, deduplicate, categorize, republish. Start reading at ``pipeline.py``."""

__version__ = "0.6.0"
