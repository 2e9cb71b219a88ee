"""Named views on screen: what an address opened, the menu, and the messages about changes."""
