"""Who hears what and when: alerts, ladders, promises, routes and deliveries."""
