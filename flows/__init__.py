"""The shell: order, retries, clock, sockets, processes."""
