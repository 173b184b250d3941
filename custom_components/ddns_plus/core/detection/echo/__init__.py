"""Those outside who tell which address they see."""
