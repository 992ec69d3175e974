"""Messages to people: composed, sealed into the outbox, delivered by SMTP or an HTTP hook."""
