"""Named views on screen: what an address opened, the menu, and what is said of a change."""
