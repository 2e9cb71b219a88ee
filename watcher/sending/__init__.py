"""Messages to receivers: their language, their picture, their delivery."""
