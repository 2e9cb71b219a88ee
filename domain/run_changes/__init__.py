"""What people do with runs: names, notes, tags and marks, the trash; and what each run tells of it."""
