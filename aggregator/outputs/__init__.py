"""What follows from new entries: archives of the feeds, hubs, the static site."""
