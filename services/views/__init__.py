"""Named views and short addresses, stored in the team's MLflow so that every host sees them."""
