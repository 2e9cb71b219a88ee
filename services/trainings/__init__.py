"""The scheduler as the dashboard reaches it: trainings are started, watched and stopped there."""
