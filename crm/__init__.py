"""People and customers: teams, agents, leads, opportunities, and how a number finds them."""
