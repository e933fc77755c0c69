"""How good the judgments are, on labelled samples: ``python -m tests.quality`` prints it, the tests hold the floors."""
