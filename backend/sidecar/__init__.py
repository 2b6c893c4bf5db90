"""What every sidecar process shares: its line protocol on stdout, its heartbeat, and the end of its life."""
