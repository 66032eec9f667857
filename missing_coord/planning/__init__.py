"""The planning engine: who sees whom, when; pure search and explanations, no database, no clock."""
