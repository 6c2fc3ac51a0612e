"""JSON that is YAML, too: the API server reads what is applied as YAML."""

import json
import re

# Raw, YAML takes these for line breaks or refuses them. Escaped they are the same in both.
_UNFIT = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def as_yaml(body: object) -> bytes:
    r"""Write a body for server-side apply.

    JSON's usual ASCII would write an emoji as two escapes (\ud83d\ude80), which YAML refuses.
    """
    text = json.dumps(body, ensure_ascii=False)
    return _UNFIT.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()
