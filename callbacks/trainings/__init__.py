"""The routes of the training pages for assets/training_*.js, and the callbacks that start those scripts.

They are no Dash callbacks: Dash drops the answer if the reader asks again, and reports no lost connection.
"""
