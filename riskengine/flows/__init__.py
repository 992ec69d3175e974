"""What takes more than one step: signing in, issuing tokens, assessing risk."""
