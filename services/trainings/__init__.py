"""The dashboard's access to the scheduler, which starts, watches and stops trainings."""
