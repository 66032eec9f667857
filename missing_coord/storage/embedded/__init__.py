"""A private PostgreSQL for one home folder."""
