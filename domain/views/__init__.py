"""A team's named views, and short forms of long addresses. No I/O."""
