"""What is delivered through queues and topics: again, for how long, and where it ends."""
