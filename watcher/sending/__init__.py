"""Messages on their way: in whose language, with which picture, through what."""
