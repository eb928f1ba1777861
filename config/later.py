"""Addresses that are imported with the first question about them."""

from django.urls import URLResolver


class Later(URLResolver):
    """An include with a namespace of its own, given as a module's name.

    Django asks every include for its names once any name is looked up, which would import this one in each process,
    also in a command that has nothing to do with it. Its own names are looked up through its namespace, by a resolver
    that Django makes of its addresses then; so there is nothing to tell before.
    """

    def _populate(self) -> None:
        if "urlconf_module" in vars(self):
            super()._populate()
