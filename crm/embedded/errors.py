"""What can go wrong with the servers, said in one sentence."""


class EmbeddedError(Exception):
    """A server cannot be had; the text is one sentence for the person at the terminal."""
