"""FastStream applications, one per consumer group: decode, call one service, acknowledge."""
