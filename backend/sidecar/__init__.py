"""What our processes share: the line protocol on stdout, heartbeat and progress, and the end of their lives."""
