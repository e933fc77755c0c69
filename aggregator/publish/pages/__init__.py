"""From published entries, sources and issues to the web pages."""
