"""Where trainings run: what the scheduler needs of such a place, whichever it is."""
