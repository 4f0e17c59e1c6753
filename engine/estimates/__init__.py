"""What settings come to, worked out before anything is trained; nothing here loads torch."""
