"""What members answer, each on what their organisation holds."""

from django.urls import path

from accounts.doors import by_method, outlives_session
from advisories.views import answering, discussion, members_answers

app_name = "answering"

_discussion = by_method(get=discussion.read, post=discussion.write)

urlpatterns = [
    path("members/products/", answering.products, name="products"),
    path("members/products/of/<int:pk>/add", answering.add_product, name="add_product"),
    path("members/products/<int:pk>/retire", answering.retire_product, name="retire_product"),
    path("members/advisories/<int:number>/readiness", answering.page, name="readiness"),
    path("members/advisories/<int:number>/readiness/ask", answering.ask, name="ask"),
    path(
        "members/advisories/<int:number>/readiness/<int:pk>",
        by_method(get=answering.ask_readiness, post=answering.say),
        name="say",
    ),
    path(
        "members/advisories/<int:number>/discussion",
        outlives_session(_discussion, discussion.keep_typed),
        name="discussion",
    ),
    path("members/advisories/<int:number>/discussion/<int:pk>/retract", discussion.retract, name="retract"),
    path(
        "members/advisories/<int:number>/discussion/files/<int:pk>/<str:name>", discussion.file, name="discussion_file"
    ),
    # For the team.
    path("advisories/<int:number>/readiness", members_answers.page, name="members_answers"),
    path("advisories/<int:number>/readiness/asks/<int:pk>/reply", members_answers.reply, name="reply"),
]
