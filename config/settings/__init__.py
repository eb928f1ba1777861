"""Every setting of an installation, read from the environment, a module a thought; `docs/settings.md` lists them.

With nothing set this is the embedded default: SQLite and a Celery broker that needs no server, all under `var/`.
"""

from config.settings.installation import *
from config.settings.kept import *
from config.settings.limits import *
from config.settings.logs import *
from config.settings.mail import *
from config.settings.people import *
from config.settings.publishing import *
from config.settings.site import *
from config.settings.worker import *
