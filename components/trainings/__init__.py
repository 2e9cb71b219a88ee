"""Trainings on screen: the form that starts one, the queue, and the page of one training."""
