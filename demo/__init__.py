"""The demonstration: an upstream made from nothing, a dozen advisories, one command that runs it all."""
