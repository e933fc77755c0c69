"""Benchmarks: each one command, printing ratios of what was measured side by side in one run."""
