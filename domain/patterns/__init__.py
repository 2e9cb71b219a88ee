"""Patterns that readers type, matched in a time that their length and the text's bound."""
