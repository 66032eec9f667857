"""Channels by which people are told: e-mail, text message, chat, recorder."""
