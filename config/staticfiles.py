"""How production stores the files of the browser."""

import re
from collections.abc import Callable

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Imports of our ES modules; Django's own rule for them knows only lines that end with a semicolon.
IMPORTS = (
    (
        r"""(?m)(?P<matched>^(?P<before>\s*(?:import|export)\b[^'"();]*)['"](?P<url>\.[^'"]+)['"])""",
        "%(before)s'%(url)s'",
    ),
    (r"""(?P<matched>\bimport\(\s*['"](?P<url>\.[^'"]+)['"]\s*\))""", "import('%(url)s')"),
)


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Compressed, with a hash of the content in each name, and cached for ever.

    Imports between our ES modules name the hashed files too, so that pages never mix two versions of them.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/*.js", IMPORTS))

    def url_converter(
        self, name: str, hashed_files: dict[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """The function that replaces one reference in the file `name`; packages name source maps they do not ship."""
        convert: Callable[[re.Match[str]], str] = super().url_converter(name, hashed_files, template)
        return lambda found: found[0] if "sourceMappingURL" in found[0] else convert(found)
