"""The code that runs in the processes of environments: nothing else imports it."""
