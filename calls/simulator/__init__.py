"""A make-believe telephony provider, which talks to a running instance over real HTTP and nothing else."""
