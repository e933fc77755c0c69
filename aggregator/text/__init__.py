"""Words for people and for comparing, one of each: durations, sizes, times, hosts, folded words, legal characters."""
