"""Drafts of GroupAccesses from bindings that people made by hand."""
