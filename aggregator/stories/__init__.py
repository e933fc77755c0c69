"""Reports and what is near them → stories: the groups of those that tell of one event."""
