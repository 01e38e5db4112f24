"""What every chat adapter promises, over the wire of its platform's stand-in: one suite for all of them."""
