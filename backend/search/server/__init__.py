"""The HTTP API of search_server, a module a resource. Its shapes are in backend/contract/api.py."""
