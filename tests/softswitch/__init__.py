"""A small telephone exchange that speaks real SIP, and its telephones: a provider to try the product with."""
