"""Public services that report the client address they see."""
