"""Known vulnerabilities of what the app is built from, as the registries tell them."""
