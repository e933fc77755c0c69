"""All sources that are due, on all cores: the queue of claims, worker threads, reader processes, one-off looks."""
