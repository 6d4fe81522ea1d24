"""Brings code for Python 3.14 back to 3.13, by which it has to be run: `except A, B:` gets its parentheses, annotations are not evaluated."""
import ast, pathlib, re, sys
for root in sys.argv[1:]:
    for path in pathlib.Path(root).rglob('*.py'):
        text = path.read_text()
        new = re.sub(r'^(\s*except\*?\s+)([A-Za-z_][\w.]*(?:\s*,\s*[A-Za-z_][\w.]*)+)\s*:', r'\1(\2):', text, flags=re.M)
        if 'from __future__ import annotations' not in new:
            body = ast.parse(new).body
            at = 0
            if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and isinstance(body[0].value.value, str):
                at = body[0].end_lineno
            lines = new.splitlines(keepends=True)
            new = ''.join(lines[:at]) + 'from __future__ import annotations\n' + ''.join(lines[at:])
        if new != text:
            path.write_text(new)
