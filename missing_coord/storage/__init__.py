"""PostgreSQL: the engine, tables, unit of work, outbox, inbox, audit trail and the private server."""
