"""The rules of categories held against right answers and against the store: what they get wrong, and how to mend it."""
