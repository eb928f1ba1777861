"""How one project writes its advisories: the words that differ from project to project."""

from dataclasses import dataclass

MAIN = "master"
"""The name under which every record keeps the main line, whatever the project calls it in its texts."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words of one project. Comparisons ignore case."""

    prefix: str
    """Of its numbers, in capitals: `SSA` gives SSA-12, `ssa12.patch` and the key `SSA` in recipes and indexes."""
    title: str
    """What it calls an advisory in the first line: `Sluice Security Advisory`."""
    main_tree: str
    """The tree that a line means when it names none."""
    trees: tuple[tuple[str, str], ...] = ()
    """Words for trees, as (word in the text, name of the tree); the first word of a tree is the one written."""
    main_lines: tuple[str, ...] = ()
    """Words for the main line of `main_tree`; the first is the one written. `master` is always understood."""

    def tree_called(self, word: str) -> str | None:
        """The tree that `word` means, or None."""
        wanted = word.lower()
        for known, tree in self.trees:
            if known.lower() == wanted or tree.lower() == wanted:
                return tree
        return None

    def word_for(self, tree: str) -> str:
        """The word to write for `tree`; its own name where the project has no word for it."""
        return next((word for word, known in self.trees if known == tree), tree)

    def is_main_line(self, word: str) -> bool:
        """Whether `word` names the main line of development."""
        return word.lower() in {MAIN, *(name.lower() for name in self.main_lines)}

    @property
    def main_line(self) -> str:
        """The word to write for the main line."""
        return self.main_lines[0] if self.main_lines else MAIN

    def file_stem(self, number: int) -> str:
        """How the names of an advisory's files begin: `ssa12`."""
        return f"{self.prefix.lower()}{number}"


XEN = Dialect(
    prefix="XSA",
    title="Xen Security Advisory",
    main_tree="xen",
    trees=(
        ("Xen", "xen"),
        ("QEMU", "qemu"),
        ("Linux", "linux"),
        ("XAPI", "xapi"),
        ("qemu-xen-traditional", "qemu-xen-traditional"),
        ("qemu-traditional", "qemu-xen-traditional"),
        ("qemu-xen", "qemu-xen"),
        ("mini-os", "mini-os"),
        ("livepatch-build-tools", "livepatch-build-tools"),
    ),
    main_lines=("xen-unstable", "unstable", "staging"),
)
"""The words of the project whose layout the whole field copied."""
