"""Words for people and for comparing, the same for everybody: what is said of times, sizes, hosts and characters."""
