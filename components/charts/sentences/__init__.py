"""What a chart says in words: below its title, at the ends of its lines, to who cannot see it."""
