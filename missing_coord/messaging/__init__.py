"""Who reacts to which event, and how events get there: in process or over Kafka."""
