# SPDX-License-Identifier: Apache-2.0
"""The web server of a house, as `weir up` starts it, with the peers' addresses beside its own.

python -m bench.scenes.serving      until it is told to stop
"""

from __future__ import annotations

import django
from django.conf import settings


def main() -> None:
    if settings.VALUES.database["vendor"] == "postgresql":
        # The peers have no wall to pass; the house raises its own again in every transaction it reads in.
        settings.DATABASES["default"]["OPTIONS"]["options"] += " -c weir.beat=writing"
    settings.ROOT_URLCONF = "bench.peers"
    django.setup()
    from weir.shell.running import serve, up

    up.collect_static(lambda _sentence: None)
    serve.serve()


if __name__ == "__main__":
    main()
