"""Guards over the code: what the layout promises and no reviewer should have to look for.

Each guard has its exemptions here, by place, with the reason.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("crm", "leads", "communications", "documents", "reports")
MAY_IMPORT = {
    "crm": {"crm"},
    "leads": {"crm", "leads"},
    "communications": {"crm", "leads", "communications"},
    "documents": {"crm", "leads", "documents"},
    "reports": set(APPS),
}
MAX_LINES = 400


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _sources(*folders: str, migrations: bool = False) -> list[Path]:
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if migrations or "migrations" not in path.parts
    ]


def _places(found: Iterator[tuple[Path, int, str]], exempt: dict[str, str]) -> list[str]:
    """What was found, outside the exempt places; an exemption that nothing needs any more is found too."""
    places = [(_name(path), line, what) for path, line, what in found]
    return [f"{place}:{line}: {what}" for place, line, what in places if place not in exempt] + [
        f"{place}: its exemption is not needed" for place in exempt.keys() - {place for place, _line, _what in places}
    ]


def test_imports_go_one_way() -> None:
    def found() -> Iterator[tuple[Path, int, str]]:
        for app in APPS:
            for path in _sources(app, migrations=True):
                for node in ast.walk(_tree(path)):
                    if not isinstance(node, ast.Import | ast.ImportFrom):
                        continue
                    modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                    for name in modules or [alias.name for alias in node.names]:
                        if (top := name.split(".")[0]) in APPS and top not in MAY_IMPORT[app]:
                            yield path, node.lineno, f"{app} imports {name}"

    assert not _places(found(), {})


# --- Leads have one writer ----------------------------------------------------------------------------------------

RULED = {"status", "status_id", "type", "type_id", "lost_reason", "lost_reason_id", "closed_at", "is_closed", "is_lost"}
WRITERS = {"update", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
LEAD_TABLES = re.compile(
    r"\b(INSERT INTO|UPDATE|DELETE FROM|COPY)\s+\"?leads_(lead|leadtagging|leadstatuschange)\b", re.I
)

NO_WRITERS: dict[str, str] = {
    "crm/services/reference.py": "is_lost is a mark of a status here, no column of a lead",
    "leads/demo/backdate.py": "demo data get their place in the past, which neither services nor triggers give",
    "leads/triggers.py": "the status log is what this trigger writes",
}


def _lead_writes(path: Path) -> Iterator[tuple[Path, int, str]]:
    for node in ast.walk(_tree(path)):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and node.attr in RULED
            and ast.unparse(node.value) != "self"
        ):
            yield path, node.lineno, f".{node.attr} ="
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and LEAD_TABLES.search(node.value):
            yield path, node.lineno, "SQL that writes leads"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("LeadTagging", "LeadStatusChange", "lead.save", "lead.delete"):
                yield path, node.lineno, f"{called}(…)"
            if called.split(".")[-1] in WRITERS and called.split(".")[0] in ("Lead", "LeadTagging", "LeadStatusChange"):
                yield path, node.lineno, f"{called}(…)"
            elif called.endswith(".update") and any(keyword.arg in RULED for keyword in node.keywords):
                yield path, node.lineno, f"{called}({', '.join(str(k.arg) for k in node.keywords)})"


def test_only_the_services_write_leads() -> None:
    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _sources(*APPS):
            if not _name(path).startswith("leads/services/"):
                yield from _lead_writes(path)

    assert not _places(found(), NO_WRITERS)


# --- Shape of the layers ------------------------------------------------------------------------------------------


def _public_functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Public functions and methods of public classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    yield part


TOOLS_OF_SERVICES: dict[str, str] = {
    "crm/services/users.py": "put_values and save_user are what inviting and changing a user have in common",
    "documents/services/store.py": "what the services of documents have in common, called by them alone",
    "crm/services/records.py": "what the services of partners and products have in common, called by them alone",
}


def _writes(function: ast.FunctionDef) -> bool:
    calls = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return any(isinstance(call, ast.Attribute) and call.attr in {*WRITERS, "save", "delete"} for call in calls)


def test_services_are_keyword_only_and_typed() -> None:
    """Functions that act (they write, or say `by` whom) take keywords alone; all are annotated."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in (path for path in _sources(*APPS) if "services" in path.parts):
            for node in _tree(path).body:
                if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                    continue
                arguments = [*node.args.posonlyargs, *node.args.args]
                acts = _writes(node) or any(argument.arg == "by" for argument in node.args.kwonlyargs + arguments)
                if acts and arguments:
                    yield path, node.lineno, f"{node.name} takes positional arguments"
                if node.returns is None or any(a.annotation is None for a in node.args.kwonlyargs + arguments):
                    yield path, node.lineno, f"{node.name} is not annotated"

    assert not _places(found(), TOOLS_OF_SERVICES)


@pytest.mark.parametrize("layer", ["services", "querysets", "rules"])
def test_public_functions_say_what_they_do(layer: str) -> None:
    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _sources(*APPS):
            if layer in (*path.parent.parts, path.stem):
                for node in _public_functions(_tree(path)):
                    if not ast.get_docstring(node):
                        yield path, node.lineno, node.name

    assert not _places(found(), {})


# Whoever may open the view may see every row of these.
SEEN_BY_ALL = {"Campaign", "LeadPriority", "LeadStatus", "LeadTag", "LeadType", "LostReason", "Medium", "Position"}
SEEN_BY_ALL |= {
    "EmailTemplate",
    "ImportMapping",
    "Partner",
    "PartnerContact",
    "Product",
    "Source",
    "SystemSettings",
    "Team",
}
LOOK_UPS = re.compile(r"(\w+)\.objects\.(get|filter|all|in_bulk|values|values_list|order_by|select_related)")
VIEWS_LOOK_UP: dict[str, str] = {
    "crm/views/accounts.py": "everybody's own row, by the session",
    "crm/views/users.py": "the standing invitations of users that were looked up before",
    "leads/views/responses.py": "the last event of a deleted lead, for those who could see the lead",
    "leads/views/leaver.py": "all leads of a leaver are handed over, so all are counted",
}


def test_views_look_rows_up_through_the_permission_check() -> None:
    """`get_object_or_404(Lead.objects.visible_to(user), …)`; never of a bare model or manager, never `objects.get`."""

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _sources(*APPS):
            if "views" not in (*path.parent.parts, path.stem):
                continue
            for node in ast.walk(_tree(path)):
                if not isinstance(node, ast.Call):
                    continue
                called = ast.unparse(node.func)
                subject = ast.unparse(node.args[0]) if node.args else ""
                if (look_up := LOOK_UPS.fullmatch(called)) and (look_up[2] == "get" or look_up[1] not in SEEN_BY_ALL):
                    yield path, node.lineno, f"{called}(…)"
                bare = re.fullmatch(r"([A-Z]\w+)(\.objects)?", subject)
                if called.startswith("get_object_or_404") and bare and bare[1] not in SEEN_BY_ALL:
                    yield path, node.lineno, f"{called}({subject}, …)"

    assert not _places(found(), VIEWS_LOOK_UP)


LONG_FILES: dict[str, str] = {
    "static/css/lejek.css": "one CSS file holds the tokens and components of the look",
}


def test_no_file_has_grown_too_long() -> None:
    def found() -> Iterator[tuple[Path, int, str]]:
        folders = (*APPS, "config", "bench", "tests", "templates", "static")
        for path in (path for folder in folders for path in sorted((ROOT / folder).rglob("*"))):
            if path.suffix in (".py", ".html", ".js", ".css") and "migrations" not in path.parts:
                lines = len(path.read_text(encoding="utf-8").splitlines())
                if lines > MAX_LINES:
                    yield path, lines, "split it by meaning"

    assert not _places(found(), LONG_FILES)


# --- Templates ----------------------------------------------------------------------------------------------------

INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|<script(?![^>]*(\bsrc=|application/json))[^>]*>", re.I
)
COMMENTS = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.S)

INLINE_ALLOWED: dict[str, str] = {}


def _templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def test_templates_have_no_inline_style_script_or_handler() -> None:
    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _templates():
            text = COMMENTS.sub("", path.read_text(encoding="utf-8"))
            for match in INLINE.finditer(text):
                yield path, text[: match.start()].count("\n") + 1, match[0].strip()

    assert not _places(found(), INLINE_ALLOWED)


ROOTLESS = {
    "templates/documents/_line_saved.html": "amounts and errors, each swapped by its own name",
    "templates/leads/_board_cards.html": "cards of a column whose page names the column; more of them are appended",
    "templates/leads/_board_changes.html": "heads and cards, each put where it belongs",
    "templates/leads/_board_totals.html": "the totals of columns, each swapped by its own name",
    "templates/leads/_file_preview.html": "the content of the dialog, which has the name",
    "templates/leads/_import_rows.html": "rows of a table whose page names the table; more of them are appended",
    "templates/leads/_duplicate_pairs.html": "pairs of a page; more of them are appended",
    "templates/leads/_duplicate_dismissed.html": "stands in the place of a pair, under its name",
    "templates/leads/_comment_added.html": "a comment, an empty form and the count, each swapped by its own name",
    "templates/leads/_comment_edit.html": "it stands in the place of the comment, whose name it has",
    "templates/leads/_comment_page.html": "rows of a list whose block names the list; more of them are appended",
    "templates/leads/_lead_pieces.html": "a list of fragments, each swapped by its own name",
}


def test_a_fragment_has_one_root_with_its_name() -> None:
    """What a view answers with is found by its name: `_lead_table.html` is the element `lead_table`.

    A fragment of one row adds the row's ID: `lead_row_12`.
    """
    views = "".join(path.read_text(encoding="utf-8") for path in _sources(*APPS))

    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _templates():
            if not path.name.startswith("_") or f"{path.parent.name}/{path.name}" not in views:
                continue
            text = re.sub(r"{%.*?%}", "", COMMENTS.sub("", path.read_text(encoding="utf-8")), flags=re.S)
            first = re.search(r"<\w[^>]*>", text)
            root = re.search(r"\bid=\"([^\"]+)\"", first[0]) if first else None
            if first and 'hx-target="#modal"' in first[0]:
                continue  # the content of the dialog, which has the name
            if root is None or re.split(r"{{", root[1])[0].rstrip("_-").replace("-", "_") != path.stem.lstrip("_"):
                yield path, 1, f"root is {first[0] if first else 'missing'}"

    assert not _places(found(), ROOTLESS)


# --- Tests --------------------------------------------------------------------------------------------------------


SLEEPS = {"tests/infra/installation.py": "asks a starting server again until it answers; it tells nobody when"}


def test_tests_wait_for_conditions_not_for_time() -> None:
    def found() -> Iterator[tuple[Path, int, str]]:
        for path in _sources("tests"):
            for node in ast.walk(_tree(path)):
                if isinstance(node, ast.Call):
                    called = ast.unparse(node.func)
                    if called in ("time.sleep", "sleep") or called.endswith(".wait_for_timeout"):
                        yield path, node.lineno, called

    assert not _places(found(), SLEEPS)
