"""What deserves word to the team: kinds, rules, and what was told."""
