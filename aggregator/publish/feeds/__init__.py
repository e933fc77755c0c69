"""From published entries to a feed: Atom, RSS, JSON Feed, OPML."""
