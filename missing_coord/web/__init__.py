"""The FastAPI application: pages, live stream, intake, sign-in, health."""
