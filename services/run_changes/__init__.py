"""What people do with runs: changed, deleted, brought back, removed for good."""
