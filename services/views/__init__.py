"""Named views and short addresses, kept in the team's MLflow so that every host sees them."""
