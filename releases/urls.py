"""Pages of trees, branches, series and checks."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.doors import by_method, public_page
from releases.views import board, branches, checks, flags, imports, lacking, series, statistics, trees, uploads

_OLD_BOARD = public_page(RedirectView.as_view(pattern_name="releases:board", permanent=True, query_string=True))
"""Where the board lay before every page that is exported lay in a folder of its own."""

app_name = "releases"
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", include("releases.desk_urls")),
    path("", include("releases.finder_urls")),
    path("board/", board.board, name="board"),
    path("board", _OLD_BOARD, name="old_board"),
    path("board/rows", board.board_rows, name="board_rows"),
    path("checks/<int:pk>/", checks.check, name="check"),
    path("checks/<int:pk>/prerequisites.mbox", checks.check_mbox, name="check_mbox"),
    path("statistics/", statistics.statistics, name="statistics"),
    path("lacks", lacking.find, name="find_release"),
    path("flags/", flags.flags, name="flags"),
    path("flags/<int:pk>/take", flags.take, name="take_flag"),
    path("flags/<int:pk>/owner", flags.hand_over, name="hand_over_flag"),
    path("trees/", trees.trees, name="trees"),
    path("trees/add", by_method(get=trees.add_tree, post=trees.create_tree), name="add_tree"),
    path("trees/<slug:slug>/", trees.tree, name="tree"),
    path("trees/<slug:slug>/edit", by_method(get=trees.edit_tree, post=trees.change_tree), name="edit_tree"),
    path("trees/<slug:slug>/fetch", trees.fetch_tree, name="fetch_tree"),
    path("trees/<slug:slug>/remove", by_method(get=trees.remove_tree, post=trees.delete_tree), name="remove_tree"),
    path("trees/<slug:slug>/<str:name>/", branches.branch, name="branch"),
    path("trees/<slug:slug>/<str:name>/check", branches.check_again, name="check_again"),
    path("trees/<slug:slug>/<str:name>/follow", branches.follow, name="follow"),
    path("trees/<slug:slug>/<str:name>/<str:version>/", lacking.release, name="release"),
    path("trees/<slug:slug>/<str:name>/<str:version>/fixes.mbox", lacking.release_mbox, name="release_mbox"),
    path("trees/<slug:slug>/<str:name>/<str:version>/fixes.quilt.tar.gz", lacking.release_quilt, name="release_quilt"),
    path("trees/<slug:slug>/<str:name>/<str:version>/fixes.json", lacking.release_json, name="release_json"),
    path(
        "trees/<slug:slug>/<str:name>/dates",
        by_method(get=branches.ask_dates, post=branches.enter_dates),
        name="enter_dates",
    ),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:pk>/", imports.report, name="import"),
    path("series/<int:pk>/", series.series, name="series"),
    path("series/<int:pk>/s<int:number>/", series.series, name="revision"),
    path(
        "series/<int:pk>/revise",
        by_method(get=uploads.ask_revision, post=uploads.upload_revision),
        name="upload_revision",
    ),
    path(
        "series/<int:pk>/change",
        by_method(get=uploads.ask_targets, post=uploads.change_targets),
        name="change_series",
    ),
    path(
        "advisories/<int:number>/series/add",
        by_method(get=uploads.ask_series, post=uploads.upload_series),
        name="upload",
    ),
    path("patches/<int:pk>/download", series.patch_file, name="patch_file"),
    path("uploads/<int:pk>/download", series.uploaded_file, name="uploaded_file"),
]
