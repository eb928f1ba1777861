"""Downstreams that are told before the public: joining, being told, fetching, answering."""
