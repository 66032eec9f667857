"""Builders: valid objects for tests, and judges that share no code with what they judge."""
