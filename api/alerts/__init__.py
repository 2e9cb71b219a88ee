"""What programs ask of alerts."""
