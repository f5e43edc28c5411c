# SPDX-License-Identifier: Apache-2.0
"""CSAF 2.0, advisories and VEX alike: one item for each vulnerability and status; products are in the product tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from weir.clearinghouse.intake.formats import written_as
from weir.clearinghouse.intake.formats.documents import Said, first_line, unique
from weir.clearinghouse.intake.formats.flowing import Rows, read_each
from weir.clearinghouse.intake.formats.heads import on_top
from weir.clearinghouse.intake.formats.packages import generic, of_cpe, of_purl
from weir.clearinghouse.intake.formats.ranges import Bounds, Gathered, of_vers
from weir.clearinghouse.intake.terms import Affected, Grain, Item, Trouble

STATUSES = {
    "affected": ("known_affected", "first_affected", "last_affected"),
    "not_affected": ("known_not_affected",),
    "under_investigation": ("under_investigation",),
    "fixed": ("first_fixed", "fixed"),
}
REASONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
SCORES = ("cvss_v4", "cvss_v3", "cvss_v2")
TELLING = ("description", "summary", "details", "general")


class Product(NamedTuple):
    """What a product id stands for."""

    package: str = ""
    bounds: Bounds = Bounds()


class Statement(NamedTuple):
    """The products of which one thing is said, each under the names of the lists that it stands in."""

    status: str
    justification: str
    lists: dict[str, tuple[str, ...]]
    where: str

    def products(self) -> tuple[str, ...]:
        return unique(*self.lists.values())


class Tree(NamedTuple):
    """The products and the groups of a document."""

    products: dict[str, Product]
    groups: dict[str, frozenset[str]]


class About:
    """The products of one statement, and what else in its vulnerability is said of one of them."""

    def __init__(self, tree: Tree, products: Iterable[str]) -> None:
        self._groups, self._products = tree.groups, frozenset(products)
        self._met: dict[str, bool] = {}

    def means(self, said: Said, name: str = "product_ids") -> bool:
        """What names no product is said of every one."""
        products, groups = said.texts(name), said.texts("group_ids")
        if not self._products or not (products or groups):
            return True
        return any(one in self._products for one in products) or any(map(self._meets, groups))

    def _meets(self, group: str) -> bool:
        """Looked at once for each group: a stranger may name a large one a million times."""
        if group not in self._met:
            self._met[group] = not self._products.isdisjoint(self._groups.get(group, frozenset()))
        return self._met[group]


def looks_like(head: bytes, filename: str) -> bool:
    return on_top(head, "document") and (b'"csaf_version"' in head or b'"tracking"' in head)


ROWS = Rows(lambda found: "product_status" in found or "cve" in found, "vulnerabilities")


@written_as("csaf", looks_like)
def read(stream: BinaryIO) -> Iterator[Item | Trouble]:
    return read_each(stream, _items, ROWS)


def _items(said: Said) -> Iterator[Item]:
    tree = _tree(said.inner("product_tree"))
    if not said.value.get("vulnerabilities"):
        said.trouble("vulnerabilities", "There is no vulnerability in this document, so nothing was taken from it.")
    for vulnerability in said.each("vulnerabilities"):
        for statement in _statements(vulnerability, tree):
            yield from _item(said.inner("document"), vulnerability, tree, statement)


def _item(document: Said, said: Said, tree: Tree, statement: Statement) -> Iterator[Item]:
    ids = unique((said.text("cve"),), (one.text("text") for one in said.each("ids")))
    tracking, about = document.inner("tracking"), About(tree, statement.products())
    remediations = [one for one in said.each("remediations") if about.means(one)]
    notes = [one.text("text") for kind in TELLING for one in said.each("notes") if one.text("category") == kind]
    title = said.text("title") or document.text("title") or first_line("\n".join(notes)) or next(iter(ids), "")
    if not title:
        said.trouble("", "Nothing names this vulnerability, so nothing was taken from it.")
        return
    yield Item(
        where=statement.where,
        grain=Grain.ADVISORY,
        title=title,
        description="\n\n".join(unique(notes, _threats(said, about), map(_remedy, remediations))),
        aliases=unique((said.text("cve"),), _ids(said)),
        affected=tuple(_affected(statement, said, tree)),
        weaknesses=unique((said.inner("cwe").text("id"),)),
        severity=_severity(said, about) or document.inner("aggregate_severity").text("text"),
        references=unique(one.text("url") for one in (*said.each("references"), *remediations)),
        published=said.text("release_date") or tracking.text("initial_release_date"),
        status=statement.status,
        justification=statement.justification,
    )


def _ids(said: Said) -> tuple[str, ...]:
    """Ids of other systems are aliases where they look like ids; addresses and `owner/project#12` are none."""
    texts = (one.text("text") for one in said.each("ids"))
    return tuple(text for text in texts if text and not set(text) & set("/# \t\n"))


def _statements(said: Said, tree: Tree) -> Iterator[Statement]:
    """One for each status; what is not affected is told apart by the reason that its flag gives."""
    found = said.inner("product_status")
    _name_unknown(found, tree)
    any_status = False
    for status, names in STATUSES.items():
        lists = {name: found.texts(name) for name in names if found.has(name)}
        products = unique(*lists.values())
        if not products:
            continue
        any_status = True
        where = found.at(next(name for name in names if found.texts(name)))
        if status == "not_affected":
            yield from _by_reason(lists["known_not_affected"], said, tree, where)
        else:
            yield Statement(status, "", lists, where)
    if not any_status:
        yield Statement("", "", {}, said.pointer)


def _by_reason(products: tuple[str, ...], said: Said, tree: Tree, where: str) -> Iterator[Statement]:
    """A product has the reason of the first flag that is about it."""
    listed = frozenset(products)
    reasons: dict[str, str] = {}
    first: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for flag in said.each("flags"):
        label = flag.text("label")
        if label not in REASONS:
            flag.trouble("label", f"Expected one of {', '.join(REASONS)}.")
            continue
        groups = {(label, group) for group in flag.texts("group_ids")} - seen
        seen |= groups
        for about in (flag.texts("product_ids"), *(tree.groups.get(group, frozenset()) for _, group in sorted(groups))):
            for product in listed.intersection(about):
                reasons.setdefault(product, label)
                first.setdefault(label, flag.pointer)
    for label, pointer in (*first.items(), ("", where)):
        named = tuple(one for one in products if reasons.get(one, "") == label)
        if named:
            yield Statement("not_affected", label, {"known_not_affected": named}, pointer)


def _name_unknown(found: Said, tree: Tree) -> None:
    """A product id that the tree does not know says nothing to us, and a slip of the pen to its author."""
    for name in (name for names in STATUSES.values() for name in names):
        for at, product in enumerate(found.texts(name)):
            if product not in tree.products:
                found.troubles.add(f"{found.at(name)}/{at}", "This product is not in the product tree. Name it there.")


def _affected(statement: Statement, said: Said, tree: Tree) -> Iterator[Affected]:
    """By package. What is fixed elsewhere in the same vulnerability is also where the affected versions end."""
    bounds: dict[str, Gathered] = {}
    for name, products in statement.lists.items():
        for product in products:
            package, own = tree.products.get(product, Product())
            if package:
                bounds.setdefault(package, Gathered()).add(_as_listed(name, own))
    if statement.status == "affected":
        status = said.inner("product_status")
        for product in unique(*(status.texts(name) for name in STATUSES["fixed"])):
            package, own = tree.products.get(product, Product())
            if package in bounds:
                bounds[package].add(_as_listed("fixed", own))
    yield from (gathered.bounds().of(package) for package, gathered in bounds.items())


def _as_listed(name: str, own: Bounds) -> Bounds:
    """A bare version means something else in each list; a range means what it says."""
    versions = own.versions
    if name == "first_affected":
        return own._replace(versions=(), introduced=unique(own.introduced, versions))
    if name == "last_affected":
        return own._replace(versions=(), last=unique(own.last, versions))
    if name in STATUSES["fixed"]:
        return Bounds(fixed=unique(versions, own.introduced))
    return own


def _severity(said: Said, about: About) -> str:
    scores = [one for one in said.each("scores") if about.means(one, "products")]
    vectors = (one.inner(name).text("vectorString") for name in SCORES for one in scores if one.has(name))
    return next(filter(None, vectors), "")


def _threats(said: Said, about: About) -> Iterator[str]:
    for one in said.each("threats"):
        if about.means(one):
            yield one.text("details").strip()


def _remedy(said: Said) -> str:
    details = said.text("details").strip()
    return f"{said.text('category').replace('_', ' ')}: {details}" if details else ""


def _tree(said: Said) -> Tree:
    products: dict[str, Product] = {}
    for product in said.each("full_product_names"):
        _keep(products, product, Product(generic(product.text("name"))))
    _branches(products, said)
    for relationship in said.each("relationships"):
        part = products.get(relationship.text("product_reference"), Product())
        _keep(products, relationship.inner("full_product_name"), part)
    groups = {one.text("group_id"): frozenset(one.texts("product_ids")) for one in said.each("product_groups")}
    return Tree(products, groups)


def _branches(products: dict[str, Product], said: Said) -> None:
    """Vendor, product and version are said on the way down. A stack of our own, because a stranger decides how deep."""
    waiting = [(branch, "", "", Bounds()) for branch in said.each("branches")][::-1]
    while waiting:
        branch, vendor, product, bounds = waiting.pop()
        category, name = branch.text("category"), branch.text("name")
        vendor = name if category == "vendor" else vendor
        product = name if category == "product_name" else product
        if category in ("product_version", "product_version_range"):
            bounds = of_vers(name)
        if branch.has("product"):
            leaf = branch.inner("product")
            _keep(products, leaf, Product(generic(vendor, product or leaf.text("name")), bounds))
        waiting += [(below, vendor, product, bounds) for below in branch.each("branches")][::-1]


def _keep(products: dict[str, Product], said: Said, otherwise: Product) -> None:
    """A purl names a product best, then a CPE, then the names of the branches that lead to it."""
    id, helper = said.text("product_id"), said.inner("product_identification_helper")
    if not id:
        said.trouble("product_id", "This product has no id, so nothing can be said of it.")
        return
    package, version = of_purl(helper.text("purl"))
    if helper.has("purl") and not package:
        helper.trouble("purl", "This is no purl; the product was taken from its other names.")
    if not package:
        package, version = of_cpe(helper.text("cpe"))
    if not package:
        products[id] = otherwise
    elif any(otherwise.bounds):
        products[id] = Product(package, otherwise.bounds)
    else:
        products[id] = Product(package, Bounds(versions=unique((version,))))
