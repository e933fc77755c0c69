"""The web application: pages, feeds, limits and what is remembered."""
