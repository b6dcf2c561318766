"""Static files: hashed, compressed, and with imports between our scripts hashed too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage, told to rewrite `import ... from "./x.js"` as well."""

    support_js_module_import_aggregation = True
