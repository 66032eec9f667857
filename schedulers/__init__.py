"""The APScheduler process: the job table and the tick wrapper."""
