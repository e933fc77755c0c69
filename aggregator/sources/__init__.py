"""Which sources there are: configured ones, OPML from other readers, feeds found on a page; and adding to the YAML."""
