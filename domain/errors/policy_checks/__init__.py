"""The reasons of PolicyRefused that only a policy check can find."""
