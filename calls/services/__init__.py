"""Services that write calls, popups and requests to providers."""
