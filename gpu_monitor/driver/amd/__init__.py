"""AMD's driver, through ROCm's amdsmi."""
