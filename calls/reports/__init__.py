"""What supervisors read: calls by hour, and what each agent did."""
