"""Pages of an advisory's embargo, in the namespace of advisories."""

from django.urls import path

from accounts.doors import by_method
from advisories.views import embargo, embargo_clocks

_HERE = "<int:number>/embargo/"
_PROPOSAL = f"{_HERE}proposals/<int:pk>/"

urlpatterns = [
    path(_HERE, embargo.negotiation, name="embargo"),
    path(f"{_HERE}propose", embargo.propose, name="propose_end"),
    path(f"{_PROPOSAL}answer", embargo.answer, name="answer_end"),
    path(f"{_PROPOSAL}accept", by_method(get=embargo.ask_accept, post=embargo.accept), name="accept_end"),
    path(f"{_PROPOSAL}reject", embargo.reject, name="reject_end"),
    path(f"{_PROPOSAL}withdraw", embargo.withdraw, name="withdraw_end"),
    path(f"{_HERE}consent", embargo.consent, name="consent"),
    path(f"{_HERE}consents/<int:pk>/ask", embargo.ask_again, name="ask_consent_again"),
    path(f"{_HERE}clocks/start", embargo_clocks.start, name="start_clock"),
    path(f"{_HERE}clocks/fix", embargo_clocks.fix, name="fix_end"),
    path(f"{_HERE}clocks/<int:pk>/stop", embargo_clocks.stop, name="stop_clock"),
    path(f"{_HERE}afterwards", embargo_clocks.tell_afterwards, name="tell_afterwards"),
    path(f"{_HERE}afterwards/<int:pk>/take-back", embargo_clocks.tell_nothing, name="tell_nothing"),
    path(f"{_HERE}out", embargo_clocks.note_out, name="note_out"),
]
