"""From the store to the readers, through the ledger: issues are made, then delivered."""
