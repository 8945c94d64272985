"""Recordings of calls: fetched from the provider by this server, played in our pages, kept where that is wanted."""
