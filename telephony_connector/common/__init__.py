"""What every app may use and what imports no app."""
