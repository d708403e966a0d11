"""Lossless readers and tree editors, one per syntax family."""
