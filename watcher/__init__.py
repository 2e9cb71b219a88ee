"""The watcher: one process per team that sends each event once to the team's chats and mailboxes."""
